"""The natural order of titles, in which numbers count as numbers: 9号楼 before 10号楼, 二期 before 十期."""

import re
from functools import lru_cache

from services.issues.shared.chinese_numbers import read_chinese

_NUMBER = re.compile(r"\d+|[〇零一二三四五六七八九十百]+")
_WIDTH = 8


@lru_cache(maxsize=32_768)
def naturally(title: str) -> str:
    """A text by which `title` sorts among others in natural order. Cached, for there are few titles in many lists."""
    return _NUMBER.sub(_padded, title)


def _padded(found: re.Match[str]) -> str:
    written = found[0]
    if written.isdecimal():
        return written.zfill(_WIDTH)
    number = read_chinese(written)
    return written if number is None else str(number).zfill(_WIDTH)
