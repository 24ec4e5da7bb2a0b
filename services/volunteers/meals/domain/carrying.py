"""Who carries a meal round: staff name an approved volunteer, who loses the round when they are no longer approved."""

from datetime import datetime

from services.chassis.aggregate import Decision, decided, event_from
from services.chassis.principal import Principal, Role
from services.chassis.values import Request
from services.contracts.marks import Id
from services.contracts.volunteers import MealCarrierChanged, MealRoundStatus
from services.volunteers.meals.domain.rounds import CarrierNotApproved, MealRound, require_status


class Carry(Request):
    """The volunteer who carries the round from now on; null names nobody."""

    carrier: Id | None


def carry(meals: MealRound, command: Carry, by: Principal, now: datetime, *, approved: bool) -> Decision[MealRound]:
    """Staff name the carrier of a round. `approved`: whether the person is a volunteer whom staff have approved.

    Raises:
        NotYours: the caller is not staff.
        RoundNotNow: the round is closed.
        CarrierNotApproved: staff have not approved the person as a volunteer.
    """
    by.require(meals.community, Role.STAFF)
    require_status(meals, MealRoundStatus.PLANNED, MealRoundStatus.UNDER_WAY)
    if command.carrier is not None and not approved:
        raise CarrierNotApproved()
    return _carried_by(meals, command.carrier)


def carried_instead(meals: MealRound, person: str, into: str | None) -> Decision[MealRound]:
    """Replace the carrier `person` by `into`, or, if `into` is None, by nobody.

    `into` is another record of the same person, so it replaces the carrier of a closed round too. A closed round keeps
    its carrier if `into` is None.
    """
    if meals.carrier != person or (into is None and meals.status is MealRoundStatus.CLOSED):
        return decided(meals)
    return _carried_by(meals, into)


def _carried_by(meals: MealRound, carrier: str | None) -> Decision[MealRound]:
    if carrier == meals.carrier:
        return decided(meals)
    changed = meals.model_copy(update={"carrier": carrier})
    return decided(changed, event_from(MealCarrierChanged, changed, carried=carrier is not None))
