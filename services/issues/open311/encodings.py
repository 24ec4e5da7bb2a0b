"""Finds the encoding of a form: UTF-8, or GBK, as systems in China still send it. A whole form has one encoding.

What a form says of itself is often wrong, so that its bytes are asked first. All its fields are of one encoding. A form
that is of neither, or damaged, is refused whole: no sign is put where a letter was lost, and none is kept that a client
put there.
"""

import re
from collections.abc import Sequence

from services.issues.open311.refusals import BadRequest

_CHINESE = frozenset({"gbk", "gb2312", "gb18030", "gb_2312-80", "x-gbk", "cp936", "ms936", "windows-936", "936"})
_OTHERS = ("iso-8859", "iso8859", "latin", "windows-12", "cp12", "big5", "shift", "sjis", "euc-", "koi8", "macintosh")
_LOST = "\ufffd"
_LONG_LETTER = re.compile("[\u0800-\ufffc\ufffe-\U0010ffff]")
"""A letter that has three bytes or more in UTF-8: text in GBK hardly ever looks like one."""


class EncodingUnknown(
    BadRequest,
    code="open311.encoding",
    zh="表单中有无法识别的文字编码，请使用 UTF-8。",
    en="The form has letters in an encoding that can't be read; please send UTF-8.",
):
    """Neither UTF-8 nor GBK, or with letters that were lost on the way."""


def decoded(parts: Sequence[bytes], declared: str) -> list[str]:
    """The texts of `parts`, all in the encoding of the whole form, which says of itself that it is `declared`.

    Raises:
        EncodingUnknown: they are in none that is taken.
    """
    texts = _texts(parts, declared.strip(" \"'").lower())
    if texts is None or any(_LOST in text for text in texts):
        raise EncodingUnknown()
    return texts


def _texts(parts: Sequence[bytes], declared: str) -> list[str] | None:
    texts = _strictly(parts, "utf-8")
    if declared in _CHINESE:
        is_utf8 = texts is not None and any(map(_LONG_LETTER.search, texts))
        return texts if is_utf8 else _strictly(parts, "gb18030")
    if texts is not None or declared.startswith(_OTHERS) or _damaged(parts):
        return texts
    return _strictly(parts, "gb18030")


def _strictly(parts: Sequence[bytes], encoding: str) -> list[str] | None:
    try:
        return [part.decode(encoding) for part in parts]
    except UnicodeDecodeError:
        return None


def _damaged(parts: Sequence[bytes]) -> bool:
    """Whether it is UTF-8 for the most part, as where a client has cut a letter in two: no text in GBK looks so."""
    texts = [part.decode("utf-8", "replace") for part in parts]
    return sum(len(_LONG_LETTER.findall(text)) for text in texts) >= sum(text.count(_LOST) for text in texts)
