"""Finds the encoding of a form: UTF-8, or GBK, as systems in China still send it. A whole form has one encoding.

The encoding that a form declares is often wrong, so its bytes are looked at first. A form in neither encoding, or a
damaged one, is refused whole: no replacement sign is put where a letter was lost, and none is kept that a client put
there.
"""

import re
from collections.abc import Sequence

from services.issues.open311.refusals import BadRequest

_CHINESE = frozenset({"gbk", "gb2312", "gb18030", "gb_2312-80", "x-gbk", "cp936", "ms936", "windows-936", "936"})
_OTHERS = ("iso-8859", "iso8859", "latin", "windows-12", "cp12", "big5", "shift", "sjis", "euc-", "koi8", "macintosh")
_LOST = "\ufffd"
_LONG_LETTER = re.compile("[\u0800-\ufffc\ufffe-\U0010ffff]")
"""Matches a letter that has three bytes or more in UTF-8. Text in GBK hardly ever decodes to one."""


class EncodingUnknown(
    BadRequest,
    code="open311.encoding",
    zh="表单中有无法识别的文字编码，请使用 UTF-8。",
    en="The form has letters in an encoding that can't be read; please send UTF-8.",
):
    """The form is neither UTF-8 nor GBK, or has letters that were lost on the way."""


def decoded(parts: Sequence[bytes], declared: str) -> list[str]:
    """The texts of `parts`, decoded from the one encoding of the form, which declares itself as `declared`.

    Raises:
        EncodingUnknown: the parts are in no encoding that is taken.
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
    """Whether `parts` are UTF-8 for the most part, as where a client has cut a letter in two. Text in GBK is not."""
    texts = [part.decode("utf-8", "replace") for part in parts]
    return sum(len(_LONG_LETTER.findall(text)) for text in texts) >= sum(text.count(_LOST) for text in texts)
