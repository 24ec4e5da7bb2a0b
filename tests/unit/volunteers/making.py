"""Makes a need, a volunteer, a plan or a team in one line."""

from datetime import datetime
from typing import Any

from services.chassis.aggregate import Decision
from services.contracts.volunteers import Origin, TeamKind
from services.volunteers.care.domain.kinds import CareKind
from services.volunteers.care.domain.plans import CarePlan, Open, open_plan
from services.volunteers.care.domain.recurrence import Every, Recurrence
from services.volunteers.needs.domain.need import Need
from services.volunteers.needs.domain.seating import accept, offer, tentative
from services.volunteers.people.domain.volunteer import GuardianConsent, Volunteer, volunteer_id
from services.volunteers.teams.domain.leading import form
from services.volunteers.teams.domain.team import Form, Team
from tests.unit.volunteers.world import DAY, HERE, HOUR, NOW, ORGANISER, STAFF, person


def a_need(id: str = "need-1", **fields: Any) -> Need:
    given: dict[str, Any] = {
        "community": HERE,
        "origin": Origin.DIRECT,
        "category": "chores",
        "starts_at": NOW + 2 * DAY,
        "ends_at": NOW + 2 * DAY + HOUR,
        "seats": 1,
        "ask_from": NOW,
    }
    return Need(id=id, **given | fields)


def a_volunteer(who: str = "ann", **fields: Any) -> Volunteer:
    """A volunteer who is approved, and whose `skills` and the like are verified."""
    given: dict[str, Any] = {"adult": True, "approved_at": NOW, "claimed_skills": frozenset()}
    return Volunteer(id=volunteer_id(HERE, who), community=HERE, person=who, registered_at=NOW, **given | fields)


CONSENTED = (GuardianConsent(text="v1", given_at=NOW, by="staff-1"),)
"""What a minor has who may serve."""


def offered(need: Need, who: str, now: datetime = NOW) -> Need:
    return offer(need, tentative(need, f"offer-{len(need.offers)}", now), who, now).aggregate


def accepted(need: Need, who: str, now: datetime = NOW) -> Need:
    return accept(offered(need, who, now), person(who), now).aggregate


def weekly(*weekdays: int, at: str = "15:00") -> Recurrence:
    return Recurrence(every=Every.WEEK, weekdays=weekdays or (2,), at=at, since=NOW.date())


def a_plan(**fields: Any) -> Decision[CarePlan]:
    given: dict[str, Any] = {
        "community": HERE,
        "elder": "elder-1",
        "kind": CareKind.VISIT,
        "building": "building-16",
        "home": "16-2-301",
        "note": "独居，听力不好",
        "recurrence": weekly(),
    }
    return open_plan("care-plan-1", Open(**given | fields), STAFF, NOW)


def a_team(**fields: Any) -> Team:
    given: dict[str, Any] = {"community": HERE, "title": "合唱团", "kind": TeamKind.HOBBY}
    return form("team-1", Form(**given | fields), ORGANISER, NOW).aggregate
