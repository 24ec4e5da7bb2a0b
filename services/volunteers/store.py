"""What this service keeps: its kinds of aggregates, and a query with its index for every way they are looked for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from services.chassis.clock import Clock
from services.chassis.runtime import Runtime
from services.chassis.settings.service_settings import ServiceSettings
from services.chassis.store.aggregates import Aggregates, Kind, newest_first
from services.chassis.store.mongo import ASCENDING, IndexModel
from services.chassis.subscriber.erasure import Erasure, Traces, erasures_on
from services.chassis.values import local_date
from services.contracts.topics import VOLUNTEERS
from services.contracts.volunteers import (
    AccountState,
    CarePlanState,
    CarePlanStatus,
    NeedState,
    NeedStatus,
    TeamState,
    VolunteerState,
    VolunteerStatus,
)
from services.volunteers.care import readings
from services.volunteers.care.domain.plans import SIGHT, CarePlan
from services.volunteers.hours.domain import Account
from services.volunteers.needs.domain.needs import Need
from services.volunteers.needs.domain.offers import SERVING, OfferStatus
from services.volunteers.people.domain.volunteers import Volunteer
from services.volunteers.teams.domain import Team

VOLUNTEER = Kind(name="volunteer", collection="volunteers", model=Volunteer, topic=VOLUNTEERS, state=VolunteerState)
TEAM = Kind(name="team", collection="teams", model=Team, topic=VOLUNTEERS, state=TeamState)
CARE_PLAN = Kind(name="care-plan", collection="care_plans", model=CarePlan, topic=VOLUNTEERS, state=CarePlanState)
NEED = Kind(name="need", collection="needs", model=Need, topic=VOLUNTEERS, state=NeedState)
ACCOUNT = Kind(name="account", collection="accounts", model=Account, topic=VOLUNTEERS, state=AccountState)
ERASURE: Kind[Erasure] = erasures_on(VOLUNTEERS)

KINDS: tuple[Kind[Any], ...] = (VOLUNTEER, TEAM, CARE_PLAN, NEED, ACCOUNT, ERASURE)

BY_START = "state.starts_at"
EVER = datetime.min.replace(tzinfo=UTC)
"""Whatever has a time has one after it; neither nothing nor a missing field has."""

DANGLES_AFTER = timedelta(minutes=10)
"""An offer follows its booking within moments; one that has not by now lost its maker."""


def _newest_first(*fields: str) -> IndexModel:
    return IndexModel(newest_first(*(f"state.{field}" for field in fields)))


def _by_start(*fields: str) -> IndexModel:
    return IndexModel([*((f"state.{field}", ASCENDING) for field in fields), (BY_START, ASCENDING), ("_id", ASCENDING)])


def _found_by(*fields: str, **options: Any) -> IndexModel:
    return IndexModel([(f"state.{field}", ASCENDING) for field in fields], **options)


_OPEN = {"state.status": NeedStatus.OPEN.value}

INDEXES: Mapping[str, Sequence[IndexModel]] = {
    VOLUNTEER.collection: [
        _newest_first("community"),
        _newest_first("community", "status"),
        _found_by("person"),
        _found_by("bookings.until"),
    ],
    TEAM.collection: [_newest_first("community"), _newest_first("community", "kind"), _found_by("people")],
    CARE_PLAN.collection: [
        _newest_first("community"),
        _newest_first("community", "status"),
        _found_by("elder"),
        _found_by("status", "raised_until"),
    ],
    NEED.collection: [
        _by_start("community"),
        _by_start("community", "status"),
        _by_start("community", "offers.person"),
        _found_by("offers.person"),
        _found_by("activity"),
        _found_by("care_plan"),
        _found_by("ask_from", name="to-staff", partialFilterExpression=_OPEN),
        _found_by("next_expiry", name="to-expire", partialFilterExpression=_OPEN),
        _found_by("ends_at", name="to-lapse", partialFilterExpression=_OPEN),
    ],
    ACCOUNT.collection: [_newest_first("community"), _found_by("volunteer")],
    readings.COLLECTION: readings.INDEXES,
}


@dataclass(frozen=True, slots=True)
class Totals:
    """A community's hours. `people`: accounts with at least one minute."""

    minutes: int
    people: int


@dataclass(frozen=True, slots=True)
class Store:
    """The aggregates of this service, the record of readings, and its clock."""

    volunteers: Aggregates[Volunteer]
    teams: Aggregates[Team]
    care_plans: Aggregates[CarePlan]
    needs: Aggregates[Need]
    accounts: Aggregates[Account]
    readings: readings.Readings
    clock: Clock
    traces: Traces

    @classmethod
    def of(cls, runtime: Runtime[ServiceSettings]) -> "Store":
        """The store in the database of `runtime`."""
        return cls(
            volunteers=runtime.aggregates(VOLUNTEER),
            teams=runtime.aggregates(TEAM),
            care_plans=runtime.aggregates(CARE_PLAN),
            needs=runtime.aggregates(NEED),
            accounts=runtime.aggregates(ACCOUNT),
            readings=readings.Readings(runtime.database[readings.COLLECTION]),
            clock=runtime.clock,
            traces=runtime.traces,
        )

    async def communities_to_staff(self) -> list[str]:
        """Where somebody is to be asked for something."""
        found: list[str] = await self.needs.collection.distinct("state.community", to_staff(self.clock()))
        return sorted(found)

    async def familiar(self, needs: Sequence[Need]) -> dict[str, frozenset[str]]:
        """By need: who has said yes to the same care plan before."""
        plans = {need.care_plan for need in needs if need.care_plan is not None}
        if not plans:
            return {}
        match = {"state.care_plan": {"$in": sorted(plans)}, "state.offers.status": {"$in": sorted(SERVING)}}
        people: dict[str, set[str]] = {}
        async for found in self.needs.collection.find(match, {"state.care_plan": 1, "state.offers": 1}):
            served = {o["person"] for o in found["state"]["offers"] if o["status"] in SERVING}
            people.setdefault(found["state"]["care_plan"], set()).update(served)
        return {n.id: frozenset(people.get(n.care_plan, ())) for n in needs if n.care_plan is not None}

    async def totals(self, community: str) -> Totals:
        """The hours of a community, erased people's included."""
        stages: list[dict[str, Any]] = [
            {"$match": {"state.community": community}},
            {"$project": {"minutes": {"$sum": "$state.entries.minutes"}}},
            {"$match": {"minutes": {"$gt": 0}}},
            {"$group": {"_id": None, "minutes": {"$sum": "$minutes"}, "people": {"$sum": 1}}},
        ]
        async for found in self.accounts.collection.aggregate(stages):
            return Totals(found["minutes"], found["people"])
        return Totals(0, 0)


def matching(community: str, **fields: Any) -> dict[str, Any]:
    """The query for aggregates of `community` whose fields are as given; None: any."""
    given = {f"state.{name}": value for name, value in fields.items() if value is not None}
    return {"state.community": community, **given}


def to_staff(now: datetime, community: str | None = None) -> dict[str, Any]:
    """The query for needs that somebody is to be asked for now."""
    query: dict[str, Any] = {
        **_OPEN,
        "state.open_seats": {"$gt": 0},
        "state.ask_from": {"$lte": now},
        BY_START: {"$gt": now},
    }
    return query if community is None else {"state.community": community, **query}


def askable(community: str) -> dict[str, Any]:
    """The query for volunteers who may be asked."""
    return {
        "state.community": community,
        "state.status": VolunteerStatus.ACTIVE.value,
        "state.erased": False,
        "state.approved_at": {"$gt": EVER},
    }


def dangling(now: datetime, community: str) -> dict[str, Any]:
    """The query for volunteers with a booking whose offer should have been answered a while ago."""
    return {"state.community": community, "state.bookings.until": {"$lte": now - DANGLES_AFTER}}


def asked(community: str, person: str) -> dict[str, Any]:
    """The query for needs where an offer to `person` stands or was accepted."""
    live = [OfferStatus.OFFERED.value, OfferStatus.ACCEPTED.value]
    return {
        "state.community": community,
        "state.offers": {"$elemMatch": {"person": person, "status": {"$in": live}}},
    }


def seated(person: str) -> dict[str, Any]:
    """The query for needs in which `person` has a seat."""
    return {"state.offers": {"$elemMatch": {"person": person, "status": {"$in": sorted(SERVING)}}}}


def to_expire(now: datetime) -> dict[str, Any]:
    """The query for needs with an offer that ran out."""
    return {**_OPEN, "state.next_expiry": {"$lte": now}}


def to_lapse(now: datetime) -> dict[str, Any]:
    """The query for needs whose time is over, with a seat still empty."""
    return {**_OPEN, "state.ends_at": {"$lte": now}}


def to_raise(now: datetime) -> dict[str, Any]:
    """The query for care plans whose dates don't reach far enough any more. Dates are kept as ISO text."""
    reach = (local_date(now) + SIGHT).isoformat()
    return {"state.status": CarePlanStatus.OPEN.value, "state.raised_until": {"$lt": reach}}
