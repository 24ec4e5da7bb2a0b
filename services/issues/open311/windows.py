"""Makes the query for a list of requests from times, states, a box on the map, and a page."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from services.issues.open311.refusals import ValueRefused
from services.issues.reading.row import order_of

MOST = 1000
SPAN = timedelta(days=90)
"""The longest window that one question may have."""


@dataclass(frozen=True, slots=True)
class Window:
    """The time from `start` to `end`, both included."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class AskedWindow:
    """The requests that are asked for. `box` is west, south, east and north, in degrees of WGS-84."""

    window: Window | None = None
    dates: str = "either"
    updated: Window | None = None
    codes: Sequence[str] = ()
    states: frozenset[str] = field(default_factory=frozenset)
    box: tuple[float, float, float, float] | None = None
    page: int = 1
    size: int = MOST

    def query(self, community: str, hidden: Collection[str] = ()) -> dict[str, Any]:
        """The query for rows of `community`. `hidden` are categories that are not public now."""
        found: dict[str, Any] = {"community": community, "public": True}
        if self.codes:
            found["category"] = {"$in": [code for code in self.codes if code not in hidden]}
        elif hidden:
            found["category"] = {"$nin": sorted(hidden)}
        if len(self.states) == 1:
            found["open"] = "open" in self.states
        if self.updated is not None:
            found["changed"] = _within(self.updated)
        if self.window is not None:
            found |= _by_dates(self.window, self.dates)
        if self.box is not None:
            west, south, east, north = self.box
            found |= {"lon": {"$gte": west, "$lte": east}, "lat": {"$gte": south, "$lte": north}}
        return found

    @property
    def sort(self) -> list[tuple[str, int]]:
        """The order of the list: the newest first or, for a list by changes, the oldest change first, so that a client
        can go on from the last."""
        return [("order", -1)] if self.updated is None else [("changed", 1), ("_id", 1)]


def window(start: datetime | None, end: datetime | None, now: datetime) -> Window | None:
    """The window between both times. It has 90 days where one end is None; None where both are.

    Raises:
        ValueRefused: the window is longer than 90 days, or ends before it begins.
    """
    if start is None and end is None:
        return None
    try:
        first = start if start is not None else (end or now) - SPAN
        last = end if end is not None else min(first + SPAN, max(now, first))
    except OverflowError:
        raise ValueRefused(parameter="start_date", reason="超出范围", reason_en="it is out of range") from None
    if last < first:
        raise ValueRefused(parameter="end_date", reason="早于 start_date", reason_en="it is before start_date")
    if last - first > SPAN + timedelta(days=1):
        raise ValueRefused(parameter="end_date", reason="跨度超过 90 天", reason_en="the span is more than 90 days")
    return Window(first, last)


def box(corners: Mapping[str, float | None]) -> tuple[float, float, float, float] | None:
    """The bounding box with these `corners`; None where no corner is given.

    Raises:
        ValueRefused: a coordinate is missing, or the corners are not north-east and south-west.
    """
    if all(value is None for value in corners.values()):
        return None
    for name, value in corners.items():
        if value is None:
            raise ValueRefused(parameter=name, reason="边框缺少此项", reason_en="the bounding box lacks it")
    east, north, west, south = (corners[name] or 0.0 for name in ("long_ne", "lat_ne", "long_sw", "lat_sw"))
    if east < west or north < south:
        raise ValueRefused(parameter="long_ne", reason="不在东北角", reason_en="it is not the north-east corner")
    return west, south, east, north


def _by_dates(window: Window, dates: str) -> dict[str, Any]:
    if dates == "updated":
        return {"changed": _within(window)}
    requested = {"order": {"$gte": order_of(window.start), "$lt": order_of(_after(window.end))}}
    return requested if dates == "requested" else {"$or": [requested, {"changed": _within(window)}]}


def _within(window: Window) -> dict[str, Any]:
    """The condition for times in the window. Times are told in whole seconds, so the whole last second belongs to the
    window."""
    return {"$gte": window.start, "$lt": _after(window.end)}


def _after(end: datetime) -> datetime:
    try:
        return end.replace(microsecond=0) + timedelta(seconds=1)
    except OverflowError:
        return end
