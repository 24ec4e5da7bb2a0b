"""Masks what names, reaches or houses a person in text that a person typed, before it leaves the committee.

Masked are: phone numbers (mobile, land lines with and without area code, Hong Kong, Macau, Taiwan and abroad), identity
numbers (GB 11643), passports and permits, bank cards (GB/T 14694), number plates (GA 36), e-mail addresses, handles of
WeChat, QQ and the like where they are announced, the number of a home, and names beside a title or behind a label.
Digits of any script count, full-width and Chinese ones too; they may be split as people split them, and what nobody
sees between them doesn't hide them. Dates, times, amounts, buildings, floors, rooms of public places, numbers that
everybody may call (110, 12345, 400-…) and numbers of cases stay. A name alone can't be told from other words: that is
why free text is public only where a person has decided so.

Every pattern is bounded: the time grows with the length of the text and no faster.
"""

import re

from services.contracts.masking.homes import find_homes
from services.contracts.masking.names import find_names
from services.contracts.masking.numbers import find_numbers
from services.contracts.masking.probe import Span, probe_of

_PASSES = 8


def mask(text: str, *, homes: bool = True) -> str:
    """Return `text` with everything personal in it replaced by asterisks; idempotent.

    What is not masked keeps its characters, full-width digits too. The result is never longer than `text`.

    Args:
        homes: whether the number of a home is personal as well; it is not to who is sent there.
    """
    for _ in range(_PASSES):
        spans = _personal(text, homes=homes)
        if not spans:
            return text
        text = _starred(text, spans)
    return re.sub(r"\w", "*", text)  # made to uncover one number by masking another, again and again


def _personal(text: str, *, homes: bool) -> list[Span]:
    """The spans of `text` that hold something personal; none is empty."""
    probe = probe_of(text)
    spans = [*find_names(probe), *find_numbers(probe)]
    if homes:
        spans += find_homes(probe)
    return [probe.in_text(span) for span in spans]


def _starred(text: str, spans: list[Span]) -> str:
    parts: list[str] = []
    end = 0
    for start, stop in _merged(spans):
        parts += (text[end:start], "*" * min(stop - start, 11))
        end = stop
    return "".join((*parts, text[end:]))


def _merged(spans: list[Span]) -> list[Span]:
    merged: list[Span] = []
    for start, stop in sorted(spans):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(stop, merged[-1][1]))
        else:
            merged.append((start, stop))
    return merged
