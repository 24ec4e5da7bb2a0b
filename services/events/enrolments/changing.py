"""Another party comes to every date of a series: the enrolment changes, and each date follows where it can.

No date is lost by it: where the party has a seat or waits it keeps its place, and a date that can't take the new party
leaves the old one as it was.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from services.chassis.aggregate import Decision, decided, event_from
from services.chassis.errors import CommunityError
from services.chassis.http.language import Language
from services.chassis.principal import Principal
from services.contracts.activities import EnrolmentChanged
from services.contracts.value import Value
from services.events.activities.domain.activity import Activity
from services.events.activities.domain.parties import GroupHeads
from services.events.children.domain import Child
from services.events.enrolments.domain import (
    Enrolment,
    comes_to,
    enroller,
    groups_of,
    registered_for,
    require_standing,
    require_terms,
)
from services.events.registrations.domain import ChangeParty, change_party
from services.events.series.domain.series import Series

Outcome = Literal["kept", "waiting", "refused"]


class DateOutcome(Value):
    """What becomes of one date: the party as it is then has a seat there, or waits at a position; or the date refuses
    it, for the reason that the code and the detail say, and leaves it as it was."""

    activity: str
    starts_at: datetime
    outcome: Outcome
    position: int | None = None
    code: str | None = None
    detail: str | None = None


def change(
    enrolment: Enrolment,
    series: Series,
    asked: ChangeParty,
    by: Principal,
    now: datetime,
    children: Sequence[Child] = (),
) -> Decision[Enrolment]:
    """Another party comes to every date; one that is as asked changes nothing.

    Args:
        children: the children whom the party has by then, as their guardian entered them.

    Raises:
        NotYours, EnrolmentOver
        What the terms of the series refuse the party for, as in enrolling.
    """
    require_standing(enrolment, by)
    changed = as_asked(enrolment, asked, by)
    if all(getattr(changed, name) == getattr(enrolment, name) for name in ("heads", "groups", "children")):
        return decided(enrolment)
    require_terms(changed, series, now, children)
    return decided(changed, event_from(EnrolmentChanged, changed))


def as_asked(enrolment: Enrolment, asked: ChangeParty, by: Principal) -> Enrolment:
    """The enrolment with the party that is asked for. Who is added is of age where that was confirmed again."""
    groups = enrolment.groups
    if asked.groups is not None:
        groups = tuple(GroupHeads(group=each.group, heads=each.heads) for each in asked.groups)
    children = enrolment.children if asked.children is None else asked.children
    grows = asked.party > enrolment.heads or not {*children} <= {*enrolment.children}
    return enrolment.model_copy(
        update={
            "heads": asked.party,
            "groups": groups,
            "children": children,
            "guardian": enrolment.guardian and bool(children),
            "ages_confirmed": asked.ages_confirmed if grows else enrolment.ages_confirmed,
            "by": by.sub,
        }
    )


def concerns(activity: Activity, enrolment: Enrolment, now: datetime) -> bool:
    """Whether a change of the enrolment is about the date that `activity` is: the party comes to it, or has registered
    for it by itself."""
    has_party = activity.is_ahead(now) and activity.party_of(enrolment.person) is not None
    return has_party or comes_to(enrolment, activity, now)


def followed(
    activity: Activity, enrolment: Enrolment, now: datetime, children: Sequence[Child] = ()
) -> Decision[Activity]:
    """The date has the party that the enrolment has by now, where its terms take it, and else the one that it had."""
    if not enrolment.stands or not concerns(activity, enrolment, now):
        return decided(activity)
    try:
        return _follow(activity, enrolment, now, children)
    except CommunityError:
        return decided(activity)


def _follow(
    activity: Activity, enrolment: Enrolment, now: datetime, children: Sequence[Child] = ()
) -> Decision[Activity]:
    """One date follows its enrolment, which has changed: the party there is the new one.

    Raises:
        What changing the party there, or registering it where it could not be so far, refuses it for.
    """
    if activity.party_of(enrolment.person) is None:
        return registered_for(activity, enrolment, now, children)
    asked = ChangeParty(
        party=enrolment.heads,
        groups=groups_of(enrolment),
        children=enrolment.children,
        ages_confirmed=enrolment.ages_confirmed,
    )
    return change_party(activity, enrolment.person, asked, enroller(enrolment), now, children)


def outcome(
    activity: Activity, changed: Enrolment, now: datetime, children: Sequence[Child], language: Language
) -> DateOutcome:
    """What becomes of the date of `activity` when it follows `changed`."""
    id, starts_at = activity.id, activity.starts_at
    try:
        after = _follow(activity, changed, now, children).aggregate
    except CommunityError as no:
        detail = no.sentence(language)
        return DateOutcome(activity=id, starts_at=starts_at, outcome="refused", code=no.code, detail=detail)
    position = after.position_of(changed.person)
    came: Outcome = "kept" if position is None else "waiting"
    return DateOutcome(activity=id, starts_at=starts_at, outcome=came, position=position)
