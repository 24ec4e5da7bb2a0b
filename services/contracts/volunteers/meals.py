"""Meal rounds: meals that one person carries to elders of a few buildings, and what became of each."""

from datetime import date
from enum import StrEnum

from pydantic import BaseModel

from services.contracts.event import Event, State
from services.contracts.marks import Id, PersonId, Public, Thing
from services.contracts.topics import VOLUNTEERS


class MealRoundStatus(StrEnum):
    """Where a round of meals stands."""

    PLANNED = "planned"
    UNDER_WAY = "under-way"
    CLOSED = "closed"


class _Round(BaseModel):
    on: Public[date]
    status: Public[MealRoundStatus]
    stops: Public[int]
    """Those that were not cancelled before the round left."""
    loaded: Public[int]
    """The meals with which it left; before that, those that are ordered."""
    delivered: Public[int]
    returned: Public[int]
    """Meals that nobody has got: those of elders who were not at home or cancelled, and were given to nobody else."""


class MealRoundState(_Round, State, type="cn.community.volunteers.meal-round.state.v1", topic=VOLUNTEERS):
    """A round of meals, in figures."""


class MealRoundOpened(
    _Round, Event, type="cn.community.volunteers.meal-round.opened.v1", topic=VOLUNTEERS, state=MealRoundState
):
    """Meals may be ordered for a day."""


class MealOrdered(
    _Round, Event, type="cn.community.volunteers.meal-round.ordered.v1", topic=VOLUNTEERS, state=MealRoundState
):
    """`person` is to get meals."""

    person: Public[PersonId]
    meals: Public[int]


class MealStopCancelled(
    _Round, Event, type="cn.community.volunteers.meal-round.stop-cancelled.v1", topic=VOLUNTEERS, state=MealRoundState
):
    """`person` gets no meal by this round, and is told so. Every other stop keeps its own."""

    person: Public[PersonId]


class MealCarrierChanged(
    _Round, Event, type="cn.community.volunteers.meal-round.carrier-changed.v1", topic=VOLUNTEERS, state=MealRoundState
):
    """Somebody else brings the meals, or nobody is named any more."""

    carried: Public[bool]
    """Whether somebody is named."""


class MealRoundLeft(
    _Round, Event, type="cn.community.volunteers.meal-round.left.v1", topic=VOLUNTEERS, state=MealRoundState
):
    """The meals of a round are under way."""


class MealDelivered(
    _Round, Event, type="cn.community.volunteers.meal-round.delivered.v1", topic=VOLUNTEERS, state=MealRoundState
):
    """`person` has got their meals."""

    person: Public[PersonId]
    meals: Public[int]


class MealMissed(
    _Round, Event, type="cn.community.volunteers.meal-round.missed.v1", topic=VOLUNTEERS, state=MealRoundState
):
    """An alert: `person` was not at home when the meals came, and somebody is to look after them."""

    person: Public[PersonId]
    building: Public[Thing[Id | None]]


class MealsReassigned(
    _Round, Event, type="cn.community.volunteers.meal-round.reassigned.v1", topic=VOLUNTEERS, state=MealRoundState
):
    """Meals that somebody else would have got go to `person`."""

    person: Public[PersonId]
    meals: Public[int]


class MealRoundClosed(
    _Round, Event, type="cn.community.volunteers.meal-round.closed.v1", topic=VOLUNTEERS, state=MealRoundState
):
    """Every stop has its outcome: what was delivered and what came back make up what was loaded."""


class MealRoundPersonErased(
    _Round, Event, type="cn.community.volunteers.meal-round.person-erased.v1", topic=VOLUNTEERS, state=MealRoundState
):
    """A person's id was replaced by a stand-in that leads nowhere."""
