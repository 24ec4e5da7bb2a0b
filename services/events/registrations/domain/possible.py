"""Tells which commands about registrations somebody may give now, by the rules that the commands themselves ask."""

from datetime import datetime

from services.chassis.principal import Principal
from services.events.activities.domain.activity import Activity
from services.events.activities.domain.possible import ActivityPossibility
from services.events.activities.domain.seats import NotWaiting
from services.events.children.domain import Child
from services.events.registrations.domain import registering
from services.events.registrations.domain.refusals import NotRegistered
from services.events.registrations.domain.requests import ChangeParty, GroupOf, Register

ADULT = 18
"""An age at which nobody needs a consent."""


def _register(activity: Activity, by: Principal, now: datetime) -> None:
    """Try to register `by`, in the first group that has room, with everything confirmed that has to be: alone or, where
    it is for children, with one that they have entered."""
    groups = activity.details.terms.groups
    first = next((each for each in groups if activity.free_in(each.group) > 0), groups[0] if groups else None)
    in_group = () if first is None else (GroupOf(group=first.group, heads=1),)
    child = Child(id="child", community=activity.community, guardian=by.sub, birth_year=now.year - ADULT)
    theirs = (child,) if activity.guardian_required else ()
    asked = Register(groups=in_group, children=tuple(each.id for each in theirs))
    registering.register(activity, by.sub, 1, by, now, ages_confirmed=True, asked=asked, children=theirs)


def _change_party(activity: Activity, by: Principal, now: datetime) -> None:
    party = activity.party_of(by.sub)
    if party is None:
        raise NotRegistered()
    asked = ChangeParty(party=party.heads, ages_confirmed=True)
    registering.change_party(activity, by.sub, asked, by, now)


def _remove(activity: Activity, by: Principal, now: datetime) -> None:
    """Try to remove a party that is not there: one that is stays, and hides no other."""
    parties = (each.person for each in (*activity.seated, *activity.waiting) if not activity.is_there(each.person))
    registering.remove(activity, next(parties, ""), by, now, "")


def _move_up(activity: Activity, by: Principal, now: datetime) -> None:
    if len(activity.waiting) < 2:
        raise NotWaiting()
    registering.move_up(activity, activity.waiting[-1].person, by, now, 1, "")


def _answer(activity: Activity, by: Principal, now: datetime) -> None:
    party = activity.party_of(by.sub)
    if party is None or party.coming:
        raise NotRegistered()
    registering.answer(activity, by.sub, by, now, comes=True)


def _answer_for(activity: Activity, by: Principal, now: datetime) -> None:
    parties = (*activity.waiting, *activity.seated)
    asked = next((each.person for each in parties if each.answer_until is not None and each.person != by.sub), None)
    if asked is None:
        raise NotRegistered()
    registering.answer(activity, asked, by, now, comes=True)


POSSIBILITIES: tuple[ActivityPossibility, ...] = (
    ActivityPossibility("registrations", "报名", "Register", _register),
    ActivityPossibility(
        "registrations/me/withdraw", "取消报名", "Withdraw", lambda a, by, now: registering.withdraw(a, by.sub, by, now)
    ),
    ActivityPossibility("registrations/me/change", "修改同行人数", "Change the party", _change_party),
    ActivityPossibility("registrations/me/answer", "答复是否参加", "Say whether I come", _answer),
    ActivityPossibility("registrations/{person}/answer", "代为答复是否参加", "Answer for somebody", _answer_for),
    ActivityPossibility("registrations/{person}/remove", "移除报名", "Take a registration out", _remove),
    ActivityPossibility("registrations/{person}/move-up", "调整候补顺序", "Move up the waiting list", _move_up),
)
"""The commands of this room. `{person}` stands for the person whose registration a command is about."""
