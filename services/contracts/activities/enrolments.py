"""Registrations for a whole series: each of its dates gets an ordinary registration from them."""

from datetime import date

from pydantic import BaseModel

from services.contracts.event import Event, State
from services.contracts.marks import Id, PersonId, Public
from services.contracts.topics import ACTIVITIES


class _Enrolment(BaseModel):
    series: Public[Id]
    person: Public[PersonId]
    party: Public[int]
    left_out: Public[list[date]]
    """Dates on which the party does not come."""
    stands: Public[bool]


class EnrolmentState(_Enrolment, State, type="cn.community.events.enrolment.state.v1", topic=ACTIVITIES):
    """Somebody comes to every date of a series."""


class EnrolmentMade(
    _Enrolment, Event, type="cn.community.events.enrolment.made.v1", topic=ACTIVITIES, state=EnrolmentState
):
    """A party comes to every date; a registration follows for each that is announced."""


class EnrolmentDateLeftOut(
    Event, type="cn.community.events.enrolment.date-left-out.v1", topic=ACTIVITIES, state=EnrolmentState
):
    """The party does not come on one date; where it had seats then, they are given up."""

    left_out: Public[list[date]]
    on: Public[date]


class EnrolmentDateTaken(
    Event, type="cn.community.events.enrolment.date-taken.v1", topic=ACTIVITIES, state=EnrolmentState
):
    """The party comes on a date after all."""

    left_out: Public[list[date]]
    on: Public[date]


class EnrolmentEnded(Event, type="cn.community.events.enrolment.ended.v1", topic=ACTIVITIES, state=EnrolmentState):
    """The party leaves the series; its seats ahead are given up."""

    stands: Public[bool]


class EnrolmentErased(Event, type="cn.community.events.enrolment.erased.v1", topic=ACTIVITIES, state=EnrolmentState):
    """The person's id was replaced by a stand-in that leads nowhere."""

    person: Public[PersonId]
    stands: Public[bool]
