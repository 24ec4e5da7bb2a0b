"""How enrolments are kept, and found by series and by person."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from services.chassis.store.aggregates import Aggregates, Kind
from services.chassis.store.mongo import ASCENDING, DESCENDING, IndexModel
from services.contracts.activities import EnrolmentState
from services.contracts.topics import ACTIVITIES
from services.events.enrolments.domain import Enrolment
from services.events.series.previewing import Enrolled

ENROLMENT = Kind(
    name="enrolment",
    collection="enrolments",
    model=Enrolment,
    topic=ACTIVITIES,
    state=EnrolmentState,
    zh="整期报名",
    en="enrolment",
)
KINDS: tuple[Kind[Any], ...] = (ENROLMENT,)
BY_TIME = "state.made_at"
_PAGE = 200
ON_THE_WAY = timedelta(seconds=30)
"""How long an enrolment may take to reach the dates of its series, in a rush."""
INDEXES: Mapping[str, Sequence[IndexModel]] = {
    ENROLMENT.collection: [
        IndexModel(
            [("state.series", ASCENDING), ("state.stands", ASCENDING), (BY_TIME, ASCENDING), ("_id", ASCENDING)]
        ),
        IndexModel([("state.person", ASCENDING), ("at", DESCENDING), ("_id", DESCENDING)]),
        IndexModel([("state.by", ASCENDING)]),
        IndexModel([("state.children", ASCENDING), ("at", DESCENDING), ("_id", DESCENDING)]),
    ],
}


def standing_in(series: str) -> dict[str, Any]:
    """The query for those who come to every date of `series`."""
    return {"state.series": series, "state.stands": True}


def just_before(enrolment: Enrolment) -> dict[str, Any]:
    """The query for those who enrolled in the series of `enrolment` so shortly before it that their seats may be on the
    way still."""
    since = enrolment.made_at - ON_THE_WAY
    return {**standing_in(enrolment.series), BY_TIME: {"$gte": since, "$lt": enrolment.made_at}}


def of_person(person: str) -> dict[str, Any]:
    """The query for the enrolments of `person`."""
    return {"state.person": person}


def standing_of(person: str) -> dict[str, Any]:
    """The query for the series to whose every date `person` comes."""
    return {**of_person(person), "state.stands": True}


def standing_with_child(child: str) -> dict[str, Any]:
    """The query for those who come to every date of a series with `child`."""
    return {"state.children": child, "state.stands": True}


def with_person(person: str) -> dict[str, Any]:
    """The query for enrolments that name `person`."""
    return {"$or": [of_person(person), {"state.by": person}]}


async def enrolled_in(enrolments: Aggregates[Enrolment], series: str) -> list[Enrolled]:
    """Those who come to every date of `series`, in the order in which they enrolled."""
    found, cursor = list[Enrolled](), None
    while True:
        page = await enrolments.select(standing_in(series), sort=BY_TIME, descending=False, limit=_PAGE, cursor=cursor)
        each_one = [stored.aggregate for stored in page.items]
        found += [Enrolled(each.person, each.heads, each.left_out) for each in each_one]
        if (cursor := page.next) is None:
            return found
