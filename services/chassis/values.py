"""Bounded types of what people type and send, and the community's calendar. Requests of every service are made of them.

A service that takes more, or less, says so in a type of its own beside its rules.
"""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Annotated, Any, cast
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, AwareDatetime, ConfigDict, GetCoreSchemaHandler, StringConstraints
from pydantic_core import CoreSchema, PydanticCustomError, PydanticKnownError, core_schema

from services.contracts.text import OneLine, Plain
from services.contracts.value import Value

ZONE = ZoneInfo("Asia/Shanghai")
"""People's weekdays, dates and times of day are meant in this zone."""

Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120), Plain, OneLine]
"""One line: a title, a spot, a home."""

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000), Plain]
"""A few paragraphs: a description, a reason, an answer."""


def _in_utc(moment: datetime) -> datetime:
    try:
        moment = moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("out of range") from None
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


Moment = Annotated[AwareDatetime, AfterValidator(_in_utc)]
"""A time with its zone, kept in UTC and whole milliseconds, as the store keeps times."""


_NUMBER = re.compile(r"\s*[-+]?[0-9.]+\s*")


def _a_number(value: Any) -> Any:
    """`value`, unless it is a text or a truth value; 5.0 is a whole number, as it is to JSON Schema."""
    if isinstance(value, bool | str):
        raise PydanticKnownError("int_type")
    return value


def _a_time(value: Any) -> Any:
    """`value`, unless it is a number or a text that is one: a time is told as ISO 8601 has it."""
    if isinstance(value, int | float) or (isinstance(value, str) and _NUMBER.fullmatch(value)):
        raise PydanticCustomError("time_expected", "Input should be a time or date as in ISO 8601")
    return value


_BEFORE: dict[str, Callable[[Any], Any]] = {"int": _a_number, "datetime": _a_time, "date": _a_time}


def _strictly(schema: Any) -> Any:
    """`schema`, of pydantic's core, where numbers, truth values and times are nothing else in JSON. Models in it are
    left as they are."""
    if isinstance(schema, list | tuple):
        return type(schema)(_strictly(part) for part in schema)
    if not isinstance(schema, dict) or schema.get("type") == "model":
        return schema
    kind = schema.get("type")
    if kind in _BEFORE:
        return core_schema.no_info_before_validator_function(_BEFORE[kind], schema)
    strict = {name: _strictly(part) for name, part in schema.items()}
    return strict | {"strict": True} if kind in ("float", "bool") else strict


class Request(Value):
    """A request for a command. Unknown fields are refused, so that a misspelt one is not lost in silence; a number is
    a number, a truth value `true` or `false` and a time a text, so that nothing is guessed of `"yes"` and `1`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        schema = handler(source)
        if schema["type"] != "model":
            return schema  # a reference to one that was made before
        return cast(CoreSchema, dict(schema) | {"schema": _strictly(schema["schema"])})


@lru_cache(maxsize=8192)
def local_date(moment: datetime) -> date:
    """The date of `moment` on the community's calendar."""
    return moment.astimezone(ZONE).date()
