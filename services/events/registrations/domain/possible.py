"""Which commands about registrations somebody may give now, as the rules decide that are asked when they are given."""

from datetime import datetime

from services.chassis.principal import Principal
from services.events.activities.domain.activity import Activity
from services.events.activities.domain.possible import ActivityPossibility
from services.events.activities.domain.seats import NotWaiting
from services.events.registrations.domain import registering
from services.events.registrations.domain.refusals import NotRegistered
from services.events.registrations.domain.requests import GroupOf, Register


def _register(activity: Activity, by: Principal, now: datetime) -> None:
    """One person in the first group that has room, who confirms what is asked of them."""
    groups = activity.details.terms.groups
    first = next((each for each in groups if activity.free_in(each.group) > 0), groups[0] if groups else None)
    asked = Register(groups=() if first is None else (GroupOf(group=first.group, heads=1),))
    registering.register(activity, by.sub, 1, by, now, guardian=True, ages_confirmed=True, asked=asked)


def _remove(activity: Activity, by: Principal, now: datetime) -> None:
    parties = (*activity.seated, *activity.waiting)
    registering.remove(activity, parties[0].person if parties else "", by, now, "")


def _move_up(activity: Activity, by: Principal, now: datetime) -> None:
    if len(activity.waiting) < 2:
        raise NotWaiting()
    registering.move_up(activity, activity.waiting[-1].person, by, now, 1, "")


def _answer(activity: Activity, by: Principal, now: datetime) -> None:
    party = activity.party_of(by.sub)
    if party is None or party.coming:
        raise NotRegistered()
    registering.answer(activity, by.sub, by, now, comes=True)


POSSIBILITIES: tuple[ActivityPossibility, ...] = (
    ActivityPossibility("registrations", "报名", "Register", _register),
    ActivityPossibility(
        "registrations/me/withdraw", "取消报名", "Withdraw", lambda a, by, now: registering.withdraw(a, by.sub, by, now)
    ),
    ActivityPossibility("registrations/me/answer", "答复是否参加", "Say whether I come", _answer),
    ActivityPossibility("registrations/{person}/remove", "移除报名", "Take a registration out", _remove),
    ActivityPossibility("registrations/{person}/move-up", "调整候补顺序", "Move up the waiting list", _move_up),
)
"""The commands of this room; `{person}` is whose registration it is about."""
