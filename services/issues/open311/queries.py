"""Reads the parameters of the list of requests, and makes a query of them.

`start_date` and `end_date` find requests that were made in that time and, without `dates=requested`, also those that
changed in it, so that a client which asks for news every hour sees an old request that was reopened.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from fastapi import Query
from pydantic import BeforeValidator, Field, model_validator

from services.contracts.value import Value
from services.issues.open311.refusals import ValueRefused
from services.issues.open311.states import CLOSED, OPEN
from services.issues.open311.times import time_in
from services.issues.open311.windows import MOST, SPAN, AskedWindow, Window, box, window

DEEPEST = 100_000
_FIRST, _LAST = datetime(1970, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC)
_BESIDE_IDS = frozenset({"service_request_id", "extensions", "jurisdiction_id", "api_key"})
DETAILED = 100
"""The most requests that one answer tells with their notes."""


def _empty_is_absent(value: Any) -> Any:
    text = value.strip() if isinstance(value, str) else value
    return None if text == "" else text


def _moment(value: Any) -> Any:
    """A time with its zone."""
    if isinstance(value, datetime):
        return value
    if not value or not isinstance(value, str):
        return None
    at = time_in(value)
    try:
        aware = None if at is None or at.tzinfo is None else at.astimezone(UTC)
    except OverflowError:
        aware = None
    if aware is None:
        raise ValueError("不是带时区的时间 (not a time with its zone, such as 2026-05-01T09:30:00Z)")
    return aware


def _as_list(parameter: str, value: str | None, most: int = MOST) -> list[str]:
    parts = [part.strip() for part in (value or "").split(",") if part.strip()]
    if len(parts) > most:
        raise ValueRefused(parameter=parameter, reason=f"超过 {most} 项", reason_en=f"it names more than {most}")
    return parts


Absent = BeforeValidator(_empty_is_absent)
Word = Annotated[Annotated[str, Field(max_length=100)] | None, Absent, Query()]
Moment = Annotated[datetime | None, BeforeValidator(_moment), Query()]
Degree = Annotated[Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)] | None, Absent, Query()]
Number = Annotated[Annotated[int, Field(ge=1, le=DEEPEST)] | None, Absent, Query()]
Size = Annotated[Annotated[int, Field(ge=1)] | None, Absent, Query()]
"""The size of a page. A size above the limit means the limit."""
Flag = Annotated[bool | None, Absent, Query()]
Dates = Annotated[Literal["requested", "updated", "either"] | None, Absent, Query()]
Key = Annotated[
    Annotated[str, Field(max_length=200, description="Names a community, where several are served.")] | None,
    Absent,
    Query(),
]
Text = Annotated[Annotated[str, Field(max_length=70_000)] | None, Absent, Query()]


class Parameters(Value):
    """The parameters as they are sent. Where ids are named, all parameters that select requests are ignored, even
    malformed ones."""

    service_request_id: Text = None
    service_code: Text = None
    start_date: Moment = None
    end_date: Moment = None
    dates: Dates = None
    updated_after: Moment = None
    updated_before: Moment = None
    status: Word = None
    long_ne: Degree = None
    lat_ne: Degree = None
    long_sw: Degree = None
    lat_sw: Degree = None
    page: Number = None
    page_size: Size = None
    extensions: Flag = None
    jurisdiction_id: Word = None
    api_key: Key = None

    @model_validator(mode="before")
    @classmethod
    def _only_the_named(cls, sent: Any) -> Any:
        if isinstance(sent, Mapping) and str(sent.get("service_request_id") or "").strip(" ,"):
            return {name: value for name, value in sent.items() if name in _BESIDE_IDS}
        return sent

    def ids(self, most: int) -> Sequence[str]:
        """The ids of the requests that are named.

        Raises:
            ValueRefused: more than `most` are named, for none is left out silently.
        """
        return _as_list("service_request_id", self.service_request_id, most)

    def asked(self, now: datetime, most: int) -> AskedWindow:
        """The query that the parameters ask for, with pages of at most `most`.

        Raises:
            ValueRefused: a parameter makes no sense, alone or with another.
        """
        updated, requested = self._updated(now), window(self.start_date, self.end_date, now)
        dates = self.dates or "either"
        if requested is None and updated is None:
            requested, dates = Window(now - SPAN, now), "requested"
        page, size = paged(self.page, self.page_size, most)
        corners = {name: getattr(self, name) for name in ("long_ne", "lat_ne", "long_sw", "lat_sw")}
        codes = _as_list("service_code", self.service_code)
        return AskedWindow(requested, dates, updated, codes, _states(self.status), box(corners), page, size)

    def _updated(self, now: datetime) -> Window | None:
        """The window in which requests changed; None where neither end is given. An open end has no bound."""
        if self.updated_after is None and self.updated_before is None:
            return None
        return Window(self.updated_after or _FIRST, self.updated_before or _LAST)


def paged(page: int | None, size: int | None, most: int) -> tuple[int, int]:
    """The number of the page, counted from 1, and its size.

    Raises:
        ValueRefused: the page lies too deep in the list.
    """
    page, size = page or 1, min(size or most, most)
    if page * size > DEEPEST:
        raise ValueRefused(parameter="page", reason="过深，请缩小时间范围", reason_en="too deep; narrow the dates")
    return page, size


def _states(status: str | None) -> frozenset[str]:
    states = frozenset(state.lower() for state in _as_list("status", status))
    if not states <= {OPEN, CLOSED}:
        raise ValueRefused(parameter="status", reason="应为 open 或 closed", reason_en="it is open, closed, or both")
    return states
