"""Masks personal numbers in text that a person typed, before it leaves the committee.

Covers mainland mobile numbers (11 digits, optional +86), land lines with area code, resident identity
numbers (GB 11643: 18 characters, and the older 15), bank card numbers (GB/T 14694: 13 to 19 digits) and e-mail addresses.
Digits may be split by spaces or hyphens, as people write them. Names can't be found by a pattern;
that is why free text is public only where a person has decided so.
"""

import re

_GAP = r"[\s\-\u2010-\u2015]?"
_ID_NUMBER = re.compile(rf"(?<![0-9A-Za-z])[1-9](?:{_GAP}\d){{16}}{_GAP}[\dXx](?![0-9A-Za-z])")
_CARD_OR_OLD_ID = re.compile(rf"(?<!\d)\d(?:{_GAP}\d){{12,18}}(?!\d)")
_MOBILE = re.compile(rf"(?<!\d)(?:\+?86{_GAP})?1{_GAP}[3-9](?:{_GAP}\d){{9}}(?!\d)")
_LAND_LINE = re.compile(r"(?<!\d)0\d{2,3}[\s\-]?[2-9]\d{6,7}(?!\d)")
_EMAIL = re.compile(r"[A-Za-z0-9._%+\-]+@[A-Za-z0-9\-]+(?:\.[A-Za-z0-9\-]+)+")

_FULL_WIDTH = str.maketrans("０１２３４５６７８９＠．＋－Ｘｘ", "0123456789@.+-Xx")


def _stars(match: re.Match[str]) -> str:
    return "*" * min(len(match.group()), 11)


def mask(text: str) -> str:
    """Return `text` with every personal number and address replaced by asterisks; idempotent.

    Full-width digits count as digits; the rest of the text keeps its characters.
    """
    probe = text.translate(_FULL_WIDTH)
    if probe != text and not _hits(probe):
        probe = text
    for pattern in (_EMAIL, _ID_NUMBER, _MOBILE, _LAND_LINE, _CARD_OR_OLD_ID):
        probe = pattern.sub(_stars, probe)
    return probe


def _hits(text: str) -> bool:
    return any(p.search(text) for p in (_EMAIL, _ID_NUMBER, _MOBILE, _LAND_LINE, _CARD_OR_OLD_ID))
