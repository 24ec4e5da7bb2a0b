"""The 15 digits of a grid (单元网格编码): 6 of the county (GB/T 2260), 3 each of street and community, 3 its own."""

import re
from typing import Annotated

from pydantic import AfterValidator

_CODE = re.compile("[0-9]{15}")
_PROVINCES = frozenset(
    {*range(11, 16), *range(21, 24), *range(31, 38), *range(41, 47), *range(50, 55), *range(61, 66), 71, 81, 82}
)


def _grid(code: str) -> str:
    if not _CODE.fullmatch(code):
        raise ValueError("网格编码应为 15 位数字 (a grid code has 15 digits)")
    if int(code[:2]) not in _PROVINCES:
        raise ValueError("网格编码前两位不是省级代码 (the first two digits are no province of GB/T 2260)")
    if "000" in (code[6:9], code[9:12], code[12:]):
        raise ValueError("街道、社区和网格序号均从 001 起 (street, community and serial begin at 001)")
    return code


GridCode = Annotated[str, AfterValidator(_grid)]
"""A grid code, checked part by part."""
