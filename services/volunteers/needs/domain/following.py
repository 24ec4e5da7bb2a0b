"""A visit follows the care plan that raised it, until staff move the visit by hand."""

from datetime import datetime
from typing import Any

from services.chassis.aggregate import Decision, decided, event_from
from services.chassis.errors import Conflict
from services.chassis.principal import Principal
from services.chassis.values import Request
from services.contracts.event import Event
from services.contracts.marks import Id
from services.contracts.volunteers import (
    CareVisit,
    InvitationEnd,
    NeedMoved,
    NeedReopened,
    NeedRevised,
    NeedStatus,
    Origin,
)
from services.volunteers.care.domain.plans import CarePlan
from services.volunteers.needs.domain.inviting import end_invitations
from services.volunteers.needs.domain.need import Need, OfActivity, require_planning, require_staff
from services.volunteers.needs.domain.planning import release_offers
from services.volunteers.shared.values import Moment
from services.volunteers.shared.values.spans import require_span


class MoveNeed(Request):
    """The new start and end of a need, in UTC, and its new building; null keeps the building."""

    starts_at: Moment
    ends_at: Moment
    building: Id | None = None


class TooLate(
    Conflict, code="need.moved-into-the-past", zh="不能改到过去的时间。", en="It can't be moved into the past."
):
    """A need is moved only to a start that is still to come."""


def move_by_hand(need: Need, command: MoveNeed, by: Principal, now: datetime) -> Decision[Need]:
    """Staff move one need. A visit that was moved no longer follows its care plan. If the time changes, all offers and
    invitations are released, and people are asked anew.

    Raises:
        NotYours: the caller is not staff.
        OfActivity: the need belongs to an activity, and staff move the activity instead.
        NeedClosed, AlreadyStarted: the need is no longer planned.
        EndsBeforeStart, TooLong: the service would end before it starts, or last too long.
        TooLate: the new start is past.
    """
    require_staff(need, by)
    if need.origin is Origin.ACTIVITY:
        raise OfActivity()
    require_planning(need, now)
    require_span(command.starts_at, command.ends_at)
    if command.starts_at <= now:
        raise TooLate()
    moved = {"starts_at": command.starts_at, "ends_at": command.ends_at, "by_hand": True}
    if command.building is not None:
        moved["building"] = command.building
    return _moved(need, moved, now)


def follow(need: Need, plan: CarePlan, visit: CareVisit, now: datetime) -> Decision[Need]:
    """Take over what the plan says of this visit now. A need stays as it is if staff moved it, it has begun or it is
    over. If fewer seats are wanted and all of them have a yes, the invitations to the need end.
    """
    if need.by_hand or need.is_final or now >= need.starts_at:
        return decided(need)
    asked = {
        "seats": max(plan.seats, need.seats - need.open_seats),
        "skill_level": plan.skill_level,
        "gender": plan.gender,
        "continuity": plan.continuity,
        "urgency": plan.urgency,
        "age_band": plan.age_band,
        "barred": plan.refused | {plan.elder},
    }
    given = {name: value for name, value in asked.items() if getattr(need, name) != value}
    revised, events = need, list[Event]()
    if given:
        revised = need.model_copy(update=given)
        full = len(revised.volunteers) >= revised.seats
        status = NeedStatus.STAFFED if full else NeedStatus.OPEN
        revised = revised.model_copy(update={"status": status})
        events.append(event_from(NeedRevised, revised))
        if full:
            revised, thanks = end_invitations(revised, InvitationEnd.FILLED)
            events.extend(thanks)
    when = {"starts_at": visit.starts_at, "ends_at": visit.ends_at, "building": plan.building}
    if all(getattr(revised, name) == value for name, value in when.items()):
        return decided(revised, *events)
    moved = _moved(revised, when, now)
    return Decision(moved.aggregate, (*events, *moved.events))


def _moved(need: Need, where: dict[str, Any], now: datetime) -> Decision[Need]:
    if (where["starts_at"], where["ends_at"]) == (need.starts_at, need.ends_at):
        changed = need.model_copy(update=where)
        return decided(changed, event_from(NeedMoved, changed, released=[]))
    released, offers = release_offers(need, now)
    need, told = end_invitations(need, InvitationEnd.MOVED)
    ask_from = where["starts_at"] - (need.starts_at - need.ask_from)
    more = {"status": NeedStatus.OPEN, "offers": offers, "ask_from": ask_from}
    changed = need.model_copy(update=where | more)
    events: list[Event] = [event_from(NeedMoved, changed, released=released)]
    if need.volunteers:
        events.append(event_from(NeedReopened, changed, offer=None, person=None))
    return decided(changed, *events, *told)
