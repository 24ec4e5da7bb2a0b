"""Keeps texts free of control characters, and of others that turn a shown text into something else.

One rule for every text. Whoever sends one to an API is told where such a character stands (`chassis/http/texts.py`, and
`Plain` in the types of the domain); what comes another way, in facts of Kafka or from the store, loses them when it is
read or shown (`fit`). Line feeds and tabs stay, and a carriage return before a line feed; a text of one line has none.
"""

import re
from typing import Any, TypeVar

from pydantic import AfterValidator

_PLANES = "".join(f"{chr(plane * 0x10000 + 0xFFFE)}{chr(plane * 0x10000 + 0xFFFF)}" for plane in range(17))
UNFIT = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"  # C0 and C1
    "\u202a-\u202e\u2066-\u2069"  # what turns the direction of what follows, and may never turn it back
    "\ufff9-\ufffb"  # marks of notes between lines
    "\ud800-\udfff"  # halves of a pair
    f"\ufdd0-\ufdef{_PLANES}]"  # no characters at all
    "|\r(?!\n)"
)
"""A character that no text may hold."""

_IGNORABLE = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u2800"
    "\u3164\ufe00-\ufe0f\ufeff\uffa0\U000e0000-\U000e0fff"
)
NOTHING_VISIBLE = re.compile(rf"\s*[{_IGNORABLE}][\s{_IGNORABLE}]*")
"""Matches a whole text that shows nothing, though it is not empty: a title of zero-width spaces, say. The characters
are those that Unicode lets a reader ignore (UAX 44, Default_Ignorable_Code_Point), and the empty pattern of Braille."""

_LINE_END = re.compile("\r\n?|[\u2028\u2029]")
_NEXT_LINE = re.compile("[\t\r\n\u2028\u2029]+")

S = TypeVar("S", bound=str)


def fit(text: S) -> S:
    """`text` without such characters, its lines ended by a line feed alone; a safe piece of HTML stays one."""
    if UNFIT.search(text) is None and _LINE_END.search(text) is None:
        return text
    return type(text)(UNFIT.sub("", _LINE_END.sub("\n", text)))


def fitted(value: Any) -> Any:
    """A value that a template is about to write: `fit` where it is text, nothing where it is missing."""
    if value is None:
        return ""
    return fit(value) if isinstance(value, str) else value


def blank(text: str) -> bool:
    """Whether nothing of `text`, which a template has made, is to be seen: it is empty, or made of spaces, or shows
    nothing as `NOTHING_VISIBLE` has it."""
    return not text.strip() or NOTHING_VISIBLE.fullmatch(text) is not None


def _in_one_line(text: str) -> str:
    return _NEXT_LINE.sub(" ", text)


def _refused(text: str) -> str:
    if UNFIT.search(text):
        raise ValueError("不得含有控制字符 (control characters are not allowed)")
    return text


Plain = AfterValidator(_refused)
"""Makes a type of text refuse such characters. Every type of free text has it."""

OneLine = AfterValidator(_in_one_line)
"""Makes a type of text one of one line: where it had several, a space stands between them.

A title whose second line begins `BEGIN:VEVENT` is an entry to readers of calendars who end lines where Unicode does,
and what stands first in an e-mail of which it is the subject."""
