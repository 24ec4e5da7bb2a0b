"""Masks personal numbers and addresses in text that a person typed, before it leaves the committee.

Covers mainland mobile numbers (11 digits, +86 or 0 before them), land lines with area code, resident identity numbers
(GB 11643: 18 characters, and the older 15), bank card numbers (GB/T 14694: 13 to 19 digits), e-mail addresses, QQ and
WeChat handles that are announced as such, number plates (GA 36), and the number of a home after its building.
Digits of any script count, full-width ones too; they may be split by spaces, hyphens, dots or invisible characters, as
people write them. Dates, times, amounts, building numbers and numbers of cases (a date and a serial) stay.
Names can't be found by a pattern; that is why free text is public only where a person has decided so.
"""

import re
import unicodedata

_INVISIBLE = r"\u00ad\u200b-\u200f\u2060\ufeff"
_GAP = rf"[\s\-._\u00b7\u2010-\u2015\u2212\u30fb{_INVISIBLE}]{{0,3}}"
_NEAR = rf"[\s\-\u2010-\u2015{_INVISIBLE}]?"
_DATE = r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"
_SPACED_DATE = (
    rf"(?:1{_NEAR}[89]|2{_NEAR}0)(?:{_NEAR}\d){{2}}{_NEAR}(?:0{_NEAR}[1-9]|1{_NEAR}[0-2])"
    rf"{_NEAR}(?:0{_NEAR}[1-9]|[12]{_NEAR}\d|3{_NEAR}[01])"
)
_NUMERALS = "零〇一二三四五六七八九幺两"

_EMAIL = re.compile(
    r"[A-Za-z0-9._%+\-!#$&'*/=?^`{|}~]{0,64}\s?@\s?(?:[A-Za-z0-9\-]{1,63}[.。]\s?){1,126}[A-Za-z][A-Za-z0-9\-]{1,62}"
)
_MOBILE = re.compile(rf"(?<!\d)(?:\+?(?:00)?86{_GAP}|0{_NEAR})?1{_GAP}[3-9](?:{_GAP}\d){{9}}(?!\d)")
_MOBILE_IN_NUMERALS = re.compile(rf"[一幺][三四五六七八九](?:{_NEAR}[{_NUMERALS}]){{9}}")
_ID_NUMBER = re.compile(
    rf"(?<![0-9A-Za-z])(?:[1-9]\d{{16}}[\dXx]|[1-9](?:{_NEAR}\d){{5}}{_NEAR}{_SPACED_DATE}(?:{_NEAR}\d){{3}}{_NEAR}[\dXx])"
    r"(?![0-9A-Za-z])"
)
_LAND_LINE = re.compile(rf"(?<!\d)\(?0\d{{2,3}}\)?{_NEAR}[2-9](?:{_NEAR}\d){{6,7}}(?!\d)")
_CARD_IN_GROUPS = re.compile(r"(?<!\d)\d{4}(?:[\s\-]{1,2}\d{4}){2,3}(?:[\s\-]{1,2}\d{1,4})?(?!\d)")
_LONG = re.compile(r"\d{12,}")
_CALENDAR_DATE = re.compile(r"(?<!\d)(?:19|20)\d\d-\d\d-\d\d(?!\d)")
_CASE_NUMBER = re.compile(rf"{_DATE}\d{{4,8}}")
_HANDLE = re.compile(
    r"(?:(?:微信|WeChat|wx)\s?(?:号码|号|ID|id)?\s?[:：是]?|(?:QQ|qq|扣扣)\s?(?:号码|号)?\s?[:：是]?)\s?([A-Za-z0-9_\-]{5,20})"
)
_PLATE = re.compile(
    r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-HJ-NP-Z][·•.\s\-]?"
    r"(?=[A-Z0-9]{0,5}\d)[A-HJ-NP-Z0-9]{4,5}[A-HJ-NP-Z0-9挂学警港澳]"
)
_HOME = re.compile(
    r"(?:(?<=号楼)|(?<=栋)|(?<=幢)|(?<=单元)|(?<=[号楼栋幢]\d-)|(?<=-\d-)|(?<=-\d\d-))\s?(\d{3,4})\s?(?=室|房)"
    r"|(?<=单元)\s?(\d{3,4})(?![\d户人名个元平米次张盏处])"
)
_WORTH_A_LOOK = re.compile(rf"[\d@＠]|[{_NUMERALS}]{{3}}|微信|QQ|扣扣|wx", re.IGNORECASE)

Spans = list[tuple[int, int]]


class _Plain(dict[int, str]):
    """Translates digits of every script, and full-width forms, to ASCII, one character for one."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        digit = unicodedata.decimal(char, None)
        plain = str(digit) if digit is not None else unicodedata.normalize("NFKC", char)
        kept = plain if digit is not None or (len(plain) == 1 and plain.isascii() and not plain.isdigit()) else char
        self[code] = kept
        return kept


_PLAIN = _Plain()


def mask(text: str, *, homes: bool = True) -> str:
    """Return `text` with every personal number and address replaced by asterisks; idempotent.

    What is not masked keeps its characters, full-width digits too. The result is never longer than `text`.

    Args:
        homes: whether the number of a home is personal as well; it is not to who is sent there.
    """
    while _WORTH_A_LOOK.search(text) and (
        spans := _personal(text if text.isascii() else text.translate(_PLAIN), homes)
    ):
        text = _starred(text, spans)
    return text


def _personal(probe: str, homes: bool) -> Spans:
    """Where `probe` holds something personal; never an empty span, so that masking comes to an end."""
    spans = [
        match.span()
        for pattern in (_EMAIL, _ID_NUMBER, _MOBILE_IN_NUMERALS, _LAND_LINE, _PLATE)
        for match in pattern.finditer(probe)
    ]
    spans += [match.span() for match in _MOBILE.finditer(probe) if not _CALENDAR_DATE.search(match.group())]
    spans += [match.span() for match in _CARD_IN_GROUPS.finditer(probe) if _is_card(match.group())]
    spans += [match.span() for match in _LONG.finditer(probe) if _is_personal_run(match.group())]
    spans += [match.span(1) for match in _HANDLE.finditer(probe) if any(c.isdigit() for c in match.group(1))]
    if homes:
        spans += [match.span(match.lastindex or 0) for match in _HOME.finditer(probe)]
    return spans


def _is_card(text: str) -> bool:
    """Whether digits in groups of four are a card's: 13 or more, and not the years and days of a calendar."""
    digits = re.sub(r"\D", "", text)
    return len(digits) >= 13 and not re.match(r"(?:19|20)\d\d", text)


def _is_personal_run(digits: str) -> bool:
    """Whether digits in one run are a mobile number with something before or behind it, a card or an old ID number."""
    if len(digits) == 12:
        return re.search(r"1[3-9]\d{9}", digits) is not None
    return _CASE_NUMBER.fullmatch(digits) is None


def _starred(text: str, spans: Spans) -> str:
    parts: list[str] = []
    end = 0
    for start, stop in _merged(spans):
        parts += (text[end:start], "*" * min(stop - start, 11))
        end = stop
    return "".join((*parts, text[end:]))


def _merged(spans: Spans) -> Spans:
    merged: Spans = []
    for start, stop in sorted(spans):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(stop, merged[-1][1]))
        else:
            merged.append((start, stop))
    return merged
