"""What is told of a private activity to those who may not know what it is: that its time and place are taken.

This is the one place that says which words and values stand instead of the real ones, in answers, calendars and topics.
"""

from collections.abc import Collection, Mapping
from typing import Any

from services.chassis.principal import Principal, Role
from services.contracts.activities import ActivityDetails, ActivityKind
from services.contracts.event import Event

BUSY_ZH = "内部使用"
BUSY_EN = "Busy"

NEUTRAL: Mapping[str, Any] = {
    "title": BUSY_ZH,
    "title_en": BUSY_EN,
    "kind": ActivityKind.SERVICE,
    "min_age": None,
    "guardian_required": False,
    "details": ActivityDetails(),
    "reason": None,
}
"""What stands in the fields that say what a private activity is, wherever they are."""

VEIL: Mapping[str, Any] = {
    **NEUTRAL,
    "kind": ActivityKind.SERVICE.value,
    "details": ActivityDetails().model_dump(mode="json"),
    "reason": BUSY_ZH,
}
"""The same as JSON, for facts that still wait to be published when an activity turns private."""


NOTHING_ELSE: Mapping[str, Any] = {
    "organiser": "",
    "instructors": (),
    "capacity": 0,
    "volunteers_needed": 0,
    "skill": None,
    "helpers": (),
    "budget_note": None,
    "insurance_number": None,
    "filing_number": None,
    "series": None,
    "occurrence": None,
    "seated": (),
    "waiting": (),
    "volunteers": (),
    "presences": (),
    "stopped": False,
}
"""What an answer about a private activity does not say either; topics need it, so that helpers are found."""


def told_neutrally(event: Event) -> Event:
    """`event` with neutral words. A reason that may not be missing is the neutral title."""
    fields = type(event).model_fields
    new = {name: value for name, value in NEUTRAL.items() if name in fields}
    if "reason" in new and fields["reason"].is_required():
        new["reason"] = BUSY_ZH
    return event.model_copy(update=new) if new else event


def is_among(by: Principal | None, community: str, people: Collection[str]) -> bool:
    """Whether `by` may know what a private thing of `community` is: its staff and `people`, at home there."""
    if by is None or community not in by.communities:
        return False
    return by.has(community, Role.STAFF) or by.sub in people
