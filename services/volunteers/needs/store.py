"""The kind, indexes and queries of needs."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from services.chassis.store.aggregates import Aggregates, Kind
from services.chassis.store.mongo import ASCENDING, IndexModel
from services.contracts.topics import VOLUNTEERS
from services.contracts.volunteers import NeedState, NeedStatus
from services.volunteers.needs.domain.asked import InvitationStatus
from services.volunteers.needs.domain.inviting import PLANNED_BEFORE
from services.volunteers.needs.domain.need import Need
from services.volunteers.needs.domain.offers import OPEN, SERVING, OfferStatus
from services.volunteers.shared.queries import found_by

NEED = Kind(name="need", collection="needs", model=Need, topic=VOLUNTEERS, state=NeedState, zh="需求", en="need")
KINDS = (NEED,)

BY_START = "state.starts_at"
_OPEN = {"state.status": NeedStatus.OPEN.value}


def _by_start(*fields: str) -> IndexModel:
    return IndexModel([*((f"state.{field}", ASCENDING) for field in fields), (BY_START, ASCENDING), ("_id", ASCENDING)])


INDEXES: Mapping[str, Sequence[IndexModel]] = {
    NEED.collection: [
        _by_start("community"),
        _by_start("community", "status"),
        _by_start("community", "offers.person"),
        _by_start("community", "invited.person"),
        found_by("offers.person"),
        found_by("invited.person"),
        found_by("standby.person"),
        found_by("barred"),
        found_by("activity"),
        found_by("care_plan"),
        found_by("case"),
        found_by("request"),
        found_by("ask_from", name="to-staff", partialFilterExpression=_OPEN),
        found_by("starts_at", name="to-plan", partialFilterExpression=_OPEN),
        found_by("next_expiry", name="to-expire", partialFilterExpression=_OPEN),
        found_by("report_due", name="to-alert", partialFilterExpression={"state.report_due": {"$type": "date"}}),
        found_by("reminder_due", name="to-remind", partialFilterExpression={"state.reminder_due": {"$type": "date"}}),
        found_by("ends_at", name="to-lapse", partialFilterExpression=_OPEN),
    ],
}


def to_staff(now: datetime, community: str | None = None) -> dict[str, Any]:
    """The query for needs with an open seat for which people are asked from now on, or were before."""
    query: dict[str, Any] = {
        **_OPEN,
        "state.open_seats": {"$gt": 0},
        "state.ask_from": {"$lte": now},
        BY_START: {"$gt": now},
    }
    return query if community is None else {"state.community": community, **query}


def to_plan(community: str, now: datetime, until: datetime) -> dict[str, Any]:
    """The query for needs that have an open seat and start between `now` and `until`."""
    return {
        "state.community": community,
        **_OPEN,
        "state.open_seats": {"$gt": 0},
        BY_START: {"$gt": now, "$lt": until},
    }


def between(since: datetime | None, until: datetime | None) -> dict[str, Any]:
    """The query for needs that start in [since, until); None leaves that end open."""
    span = {operator: end for operator, end in (("$gte", since), ("$lt", until)) if end is not None}
    return {BY_START: span} if span else {}


def asked(community: str, person: str, since: datetime | None = None, until: datetime | None = None) -> dict[str, Any]:
    """The query for needs that start in [since, until) and in which `person` has an offer that is still to be answered
    or served, or an open invitation.

    The time stands in both branches of the query, so that an index answers each of them.
    """
    of = {"state.community": community, **between(since, until)}
    open_offer = {"person": person, "status": {"$in": sorted(OPEN)}}
    invitation = {"person": person, "status": InvitationStatus.OPEN.value}
    return {
        "$or": [
            {**of, "state.offers": {"$elemMatch": open_offer}},
            {**of, "state.invited": {"$elemMatch": invitation}},
        ]
    }


def of_case(community: str, case: str) -> dict[str, Any]:
    """The query for the needs of a case."""
    return {"state.case": case, "state.community": community}


def naming(community: str, person: str, now: datetime) -> dict[str, Any]:
    """The query for needs that have not ended and name `person`, who was asked, stands by or is barred there."""
    names = ("offers.person", "invited.person", "standby.person", "barred")
    named = [{f"state.{name}": person, "state.community": community, "state.ends_at": {"$gt": now}} for name in names]
    return {"$or": named}


def seated(person: str) -> dict[str, Any]:
    """The query for needs in which `person` has a seat."""
    seat = {"person": person, "status": {"$in": sorted(SERVING)}, "stage": {"$ne": OfferStatus.NO_SHOW.value}}
    return {"state.offers": {"$elemMatch": seat}}


def to_expire(now: datetime) -> dict[str, Any]:
    """The query for needs with an offer that has expired without an answer."""
    return {**_OPEN, "state.next_expiry": {"$lte": now}}


def to_alert(now: datetime) -> dict[str, Any]:
    """The query for visits that must have been reported by now, and were not."""
    return {"state.report_due": {"$type": "date", "$lte": now}}


def to_remind(now: datetime) -> dict[str, Any]:
    """The query for needs with a volunteer whose reminder is due."""
    return {"state.reminder_due": {"$type": "date", "$lte": now}}


def to_refill(now: datetime, community: str) -> dict[str, Any]:
    """The query for needs with an open seat for which more than the next run of matching looks for a volunteer, since
    they begin within `PLANNED_BEFORE` or somebody stands by.
    """
    vacant = {"state.community": community, **_OPEN, "state.open_seats": {"$gt": 0}}
    soon = {**vacant, BY_START: {"$gt": now, "$lte": now + PLANNED_BEFORE}}
    return {"$or": [soon, {**vacant, BY_START: {"$gt": now}, "state.standby.person": {"$gt": ""}}]}


def to_lapse(now: datetime) -> dict[str, Any]:
    """The query for needs that have ended with an empty seat."""
    return {**_OPEN, "state.ends_at": {"$lte": now}}


async def communities_to_staff(needs: Aggregates[Need], now: datetime) -> list[str]:
    """The communities with a need for which people are asked now, in order."""
    found: list[str] = await needs.collection.distinct("state.community", to_staff(now))
    return sorted(found)


async def communities_to_plan(needs: Aggregates[Need], now: datetime, ahead: timedelta) -> list[str]:
    """The communities with a need that has an open seat and starts within `ahead`, in order."""
    query = {name: value for name, value in to_plan("", now, now + ahead).items() if name != "state.community"}
    found: list[str] = await needs.collection.distinct("state.community", query)
    return sorted(found)


async def familiar(needs: Aggregates[Need], plan_of: Mapping[str, str | None]) -> dict[str, frozenset[str]]:
    """For each need that is a visit: the people who have said yes to a visit of the same care plan, and whom nobody
    recorded as a no-show there. Needs without such people are left out.

    `plan_of`: the care plan of each need, by the need's id; None for a need that is no visit.
    """
    plans = {plan for plan in plan_of.values() if plan is not None}
    if not plans:
        return {}
    match = {"state.care_plan": {"$in": sorted(plans)}, "state.offers.status": {"$in": sorted(SERVING)}}
    people: dict[str, set[str]] = {}
    async for found in needs.collection.find(match, {"state.care_plan": 1, "state.offers": 1}):
        served = {o["person"] for o in found["state"]["offers"] if o["status"] in SERVING and not _missed(o)}
        people.setdefault(found["state"]["care_plan"], set()).update(served)
    return {id: frozenset(people[plan]) for id, plan in plan_of.items() if plan in people}


def _missed(offer: Mapping[str, Any]) -> bool:
    """Whether a stored offer is that of a no-show, which is stored as an accepted offer with its stage."""
    return bool(offer.get("stage") == OfferStatus.NO_SHOW.value)
