"""Tells the mistakes in a request, place by place, in the caller's language. Values that were sent are never
repeated."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from services.chassis.http.language import Language
from services.contracts.marks import CODE_PATTERN, ID_PATTERN

_ZH: Mapping[str, str] = {
    "missing": "此项必填。",
    "extra_forbidden": "没有这一项。",
    "string_type": "应为文字。",
    "string_too_short": "至少 {min_length} 个字符。",
    "string_too_long": "最多 {max_length} 个字符。",
    "string_pattern_mismatch": "格式不符，应符合 {pattern}。",
    "string_unicode": "含有无效字符。",
    "int_type": "应为整数。",
    "int_parsing": "应为整数。",
    "int_from_float": "应为整数。",
    "float_type": "应为数字。",
    "float_parsing": "应为数字。",
    "finite_number": "应为有限的数字。",
    "bool_type": "应为 true 或 false。",
    "bool_parsing": "应为 true 或 false。",
    "greater_than": "应大于 {gt}。",
    "greater_than_equal": "不得小于 {ge}。",
    "less_than": "应小于 {lt}。",
    "less_than_equal": "不得大于 {le}。",
    "too_short": "至少 {min_length} 项。",
    "too_long": "最多 {max_length} 项。",
    "enum": "应为 {expected} 之一。",
    "literal_error": "应为 {expected} 之一。",
    "list_type": "应为列表。",
    "dict_type": "应为对象。",
    "model_type": "应为对象。",
    "model_attributes_type": "应为对象。",
    "date_type": "应为日期，例如 2026-05-01。",
    "date_parsing": "应为日期，例如 2026-05-01。",
    "date_from_datetime_parsing": "应为日期，例如 2026-05-01。",
    "time_parsing": "应为时间，例如 09:30。",
    "datetime_type": "应为带时区的时间，例如 2026-05-01T09:30:00+08:00。",
    "datetime_parsing": "应为带时区的时间，例如 2026-05-01T09:30:00+08:00。",
    "datetime_from_date_parsing": "应为带时区的时间，例如 2026-05-01T09:30:00+08:00。",
    "timezone_aware": "时间须带时区，例如 2026-05-01T09:30:00+08:00。",
    "datetime_future": "应为将来的时间。",
    "datetime_past": "应为过去的时间。",
    "url_parsing": "应为网址。",
    "url_scheme": "网址应以 {expected_schemes} 开头。",
}
_FORMATS: Mapping[str, Mapping[str, str]] = {
    CODE_PATTERN: {
        "zh": "应为代码：小写字母、数字和 . _ -，以字母开头，不含空格和中文，最多 64 个字符，例如 photos-v1。",
        "en": "It must be a code: small letters, digits and . _ -, a letter first, no spaces, at most 64 of them.",
    },
    ID_PATTERN: {
        "zh": "应为编号：字母、数字和 . _ ~ -，以字母开头，不含空格和中文，最多 64 个字符。",
        "en": "It must be an id: letters, digits and . _ ~ -, a letter first, no spaces, 64 at most.",
    },
}
"""The formats that are asked for everywhere, in words."""
_ZH_OTHER = "格式不正确。"
_BOTH = re.compile(r"(?P<zh>[^\x00-\x7f].*) \((?P<en>[\x20-\x7e]+)\)")
"""Splits a message that a rule of ours gives in both languages: 问题代码重复 (two questions have the same code)."""


def faults(errors: Sequence[Mapping[str, Any]], language: Language) -> list[dict[str, str]]:
    """One entry for each mistake: `detail`, and its place as `pointer` (RFC 6901) into the body, or as `parameter` and
    `in`."""
    return [{"detail": _detail(error, language), **_place(error.get("loc", ()))} for error in errors]


def _detail(error: Mapping[str, Any], language: Language) -> str:
    said = str(error.get("msg", "")).removeprefix("Value error, ")
    if (both := _BOTH.fullmatch(said)) is not None:
        return both["zh" if language == "zh" else "en"]
    if (format_ := _FORMATS.get(error.get("ctx", {}).get("pattern", ""))) is not None:
        return format_["zh" if language == "zh" else "en"]
    if language == "en":
        return said
    if error.get("type") == "value_error":
        return said if not said.isascii() else _ZH_OTHER
    sentence = _ZH.get(str(error.get("type")), _ZH_OTHER)
    try:
        return sentence.format(**error.get("ctx", {})).replace(" or ", "、")
    except KeyError:
        return _ZH_OTHER


def _place(loc: Sequence[str | int]) -> dict[str, str]:
    if not loc:
        return {"pointer": "#"}
    where, *path = loc
    if where == "body":
        return {"pointer": "#" + "".join("/" + _escaped(part) for part in path)}
    return {"in": str(where), "parameter": ".".join(map(str, path))}


def _escaped(part: str | int) -> str:
    return str(part).replace("~", "~0").replace("/", "~1")
