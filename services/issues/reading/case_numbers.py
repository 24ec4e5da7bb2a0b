"""The short number of a case as people type it into a search: in part, without its dashes or zeros, with 编号 before it
or 号 behind it.

`read_number` reads a number that is complete. Here also the first characters of one are read, so that a search finds
the case while somebody types its number.
"""

import re

from services.issues.reading.tokenizer import NOT_BEHIND_A_WORD

_WRITTEN = re.compile(r"(?:编号|案件号?|案号|单号|no\.?:?)?(?P<number>[a-z]{0,6}-?[0-9]{0,4}-?[0-9]{0,9})号?")
_PARTS = re.compile(r"(?P<prefix>[a-z]{0,6})-?(?P<month>[0-9]{0,4})-?(?P<count>[0-9]{0,9})")
_MONTH, _COUNT = 4, range(4, 7)
"""How many digits the month of a number has, and the count in a number that is typed without its letters."""


def number_begun(word: str) -> tuple[tuple[frozenset[str], ...], str] | None:
    """The tokens that lead to numbers which begin as the folded `word` does, and the pattern that matches them. None
    for a word that begins no number: one without the letters of a community needs both of its groups of digits."""
    written = _WRITTEN.fullmatch(word)
    parts = None if written is None else _PARTS.fullmatch(written["number"])
    if parts is None:
        return None
    prefix, month, count = parts["prefix"], parts["month"], parts["count"]
    if not month or not (prefix or (len(month) == _MONTH and len(count) in _COUNT)):
        return None
    before = f"{NOT_BEHIND_A_WORD}{prefix}-" if prefix else "-"
    covers = [frozenset({prefix})] if prefix else []
    if len(month) < _MONTH:
        return (tuple(covers), f"{before}{month}") if not count else None
    behind = rf"-(?:{count}|0*{count.lstrip('0') or '0'})" if count else ""
    return (*covers, frozenset({month})), f"{before}{month}{behind}"
