"""How enrolments are kept, and found by series and by person."""

from collections.abc import Mapping, Sequence
from typing import Any

from services.chassis.store.aggregates import Kind
from services.chassis.store.mongo import ASCENDING, DESCENDING, IndexModel
from services.contracts.activities import EnrolmentState
from services.contracts.topics import ACTIVITIES
from services.events.enrolments.domain import Enrolment

ENROLMENT = Kind(name="enrolment", collection="enrolments", model=Enrolment, topic=ACTIVITIES, state=EnrolmentState)
KINDS: tuple[Kind[Any], ...] = (ENROLMENT,)
BY_TIME = "state.made_at"
INDEXES: Mapping[str, Sequence[IndexModel]] = {
    ENROLMENT.collection: [
        IndexModel(
            [("state.series", ASCENDING), ("state.stands", ASCENDING), (BY_TIME, ASCENDING), ("_id", ASCENDING)]
        ),
        IndexModel([("state.person", ASCENDING), ("at", DESCENDING), ("_id", DESCENDING)]),
        IndexModel([("state.by", ASCENDING)]),
    ],
}


def standing_in(series: str) -> dict[str, Any]:
    """The query for those who come to every date of `series`."""
    return {"state.series": series, "state.stands": True}


def of_person(person: str) -> dict[str, Any]:
    """The query for the enrolments of `person`."""
    return {"state.person": person}


def with_person(person: str) -> dict[str, Any]:
    """The query for enrolments that name `person`."""
    return {"$or": [of_person(person), {"state.by": person}]}
