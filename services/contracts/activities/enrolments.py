"""Registrations for a whole series: each of its dates gets an ordinary registration from them."""

from datetime import date

from pydantic import BaseModel

from services.contracts.event import Event, State
from services.contracts.marks import Id, Masked, Office, PersonId, Public, Thing
from services.contracts.topics import ACTIVITIES


class _Enrolment(BaseModel):
    series: Public[Id]
    person: Public[PersonId]
    party: Public[int]
    left_out: Public[list[date]]
    """Dates on which the party does not come."""
    stands: Public[bool]


class EnrolmentState(_Enrolment, State, type="cn.community.events.enrolment.state.v1", topic=ACTIVITIES):
    """Somebody comes to every date of a series but those left out."""


class EnrolmentMade(
    _Enrolment, Event, type="cn.community.events.enrolment.made.v1", topic=ACTIVITIES, state=EnrolmentState
):
    """A party comes to every date; a registration follows for each that is announced."""

    title: Public[Office[Masked | None]] = None
    title_en: Public[Office[Masked | None]] = None


class EnrolmentChanged(Event, type="cn.community.events.enrolment.changed.v1", topic=ACTIVITIES, state=EnrolmentState):
    """Another party comes to every date from now on. Its registrations follow, each where there are seats for it."""

    party: Public[int]


class EnrolmentDateLeftOut(
    Event, type="cn.community.events.enrolment.date-left-out.v1", topic=ACTIVITIES, state=EnrolmentState
):
    """An enrolled party does not come on one date; where it had seats then, they are given up."""

    left_out: Public[list[date]]
    on: Public[date]


class EnrolmentDateTaken(
    Event, type="cn.community.events.enrolment.date-taken.v1", topic=ACTIVITIES, state=EnrolmentState
):
    """An enrolled party comes on a date that it had left out."""

    left_out: Public[list[date]]
    on: Public[date]


class EnrolmentEnded(Event, type="cn.community.events.enrolment.ended.v1", topic=ACTIVITIES, state=EnrolmentState):
    """An enrolled party leaves the series; its coming seats are given up."""

    stands: Public[bool]


class EnrolmentCalledOff(
    Event, type="cn.community.events.enrolment.called-off.v1", topic=ACTIVITIES, state=EnrolmentState
):
    """The series takes place no more. A date in which the party has seats or waits is cancelled by itself and tells so;
    `untold`: there is none yet, so nothing else tells the person."""

    stands: Public[bool]
    person: Public[PersonId]
    title: Public[Office[Masked]]
    title_en: Public[Office[Masked | None]] = None
    reason: Public[Office[Masked | None]] = None
    untold: Public[bool]
    command: Public[Thing[Id | None]] = None
    """The fact of the series from which this one follows, and the cancelled dates with it."""


class EnrolmentDatesCalledOff(
    Event, type="cn.community.events.enrolment.dates-called-off.v1", topic=ACTIVITIES, state=EnrolmentState
):
    """Dates of the series fall out that are no activities yet, and on which the party would have come: `dates` of them,
    the first on `first`, the last on `last`."""

    person: Public[PersonId]
    title: Public[Office[Masked]]
    title_en: Public[Office[Masked | None]] = None
    first: Public[date]
    last: Public[date]
    dates: Public[int]
    reason: Public[Office[Masked | None]] = None
    command: Public[Thing[Id | None]] = None
    """The fact of the series from which this one follows, and cancelled activities with it."""


class EnrolmentErased(Event, type="cn.community.events.enrolment.erased.v1", topic=ACTIVITIES, state=EnrolmentState):
    """The person's id was replaced by a stand-in that leads nowhere."""

    person: Public[PersonId]
    stands: Public[bool]
