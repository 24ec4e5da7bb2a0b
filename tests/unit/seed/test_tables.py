"""The demo data is the report's community, and nobody in it can be found."""

from collections import Counter

import pytest

from deploy.local.seed import tables
from services.contracts.activities import ActivityDetails, ActivityKind
from services.contracts.issues import CaseStatus, UnitKind
from services.contracts.masking import mask
from services.contracts.volunteers import TeamKind
from services.events.activities.domain.requests import DetailsRequest
from services.issues.catalogue.residential import RESIDENTIAL as CATALOGUE
from services.notify.settings import NotifySettings
from services.volunteers.care.domain.kinds import SKILLS, CareKind
from services.volunteers.needs.domain.roles import CERTIFICATES

ACTIVITIES = tables.activities()
PLANS: tuple[tables.Plan, ...] = (*ACTIVITIES.series, *ACTIVITIES.yearly, ACTIVITIES.service_day)


def test_the_compound_is_as_large_as_the_report_says() -> None:
    buildings = tables.buildings()
    assert [building.number for building in buildings] == list(range(1, 21))
    assert sum(building.households for building in buildings) == 2535
    assert sum(building.residents for building in buildings) == 6000


def test_rounds_found_what_the_report_says_in_buildings_one_to_nine() -> None:
    findings = tables.findings()
    assert len(findings) == 75
    assert {finding.building for finding in findings} == set(range(1, 10))


def test_every_finding_lies_on_a_floor_that_there_is_and_is_named_once() -> None:
    floors = {building.number: building.floors for building in tables.buildings()}
    assert all(1 <= finding.floor <= floors[finding.building] for finding in tables.findings())
    named = Counter((finding.building, finding.title) for finding in tables.findings())
    assert max(named.values()) == 1


def test_categories_have_a_unit_that_handles_them() -> None:
    kinds = {unit.kind for unit in tables.units()}
    assert kinds <= set(UnitKind)
    used = {finding.category for finding in tables.findings()} | {report.category for report in tables.reports()}
    assert {CATALOGUE.category(category).unit_kind for category in used} <= kinds


def test_reports_go_no_further_than_the_loader_takes_them() -> None:
    for report in tables.reports():
        assert CaseStatus(report.until) in {"reported", "accepted", "dispatched", "in-progress"}
        assert report.until == "reported" or report.title, "the staff name what they take up"
        assert report.days > 0 or report.until in {"reported", "accepted"}, "a deadline lies ahead"


def test_twelve_teams_whose_volunteers_are_registered() -> None:
    teams = tables.teams()
    registered = {person for group in tables.groups() for person in group.people}
    assert len({team.title for team in teams}) == 12
    assert len(registered) >= 40
    for team in teams:
        assert TeamKind(team.kind)
        assert len(set(team.people)) == len(team.people)
        assert {person for person in team.people if not person.startswith("resident-")} <= registered


def test_there_are_enough_people_for_all_help_that_is_asked_for_at_once() -> None:
    able = Counter(skill for group in tables.groups() for skill in group.skills for _ in group.people)
    at_once = Counter(SKILLS[CareKind(care.kind)] for care in tables.care())
    for skill, wanted in at_once.items():
        assert skill is None or able[skill] >= wanted
    everybody = sum(group.count for group in tables.groups())
    assert everybody >= at_once.total() + ACTIVITIES.service_day.volunteers_needed
    for plan in PLANS:
        assert plan.skill is None or able[plan.skill] >= plan.volunteers_needed


def test_skills_that_need_a_certificate_come_with_it() -> None:
    for group in tables.groups():
        assert {CERTIFICATES[skill] for skill in group.skills if skill in CERTIFICATES} == set(group.certificates)


@pytest.mark.parametrize("plan", PLANS, ids=lambda plan: plan.title_en)
def test_everybody_who_registers_has_a_seat_at_a_venue_that_is_entered(plan: tables.Plan) -> None:
    [venue] = [each for each in tables.venues() if each.venue == plan.venue]
    assert ActivityKind(plan.kind)
    assert 2 * plan.parties <= plan.capacity <= venue.capacity
    stock = Counter({piece.kind: piece.count for each in tables.venues() for piece in each.equipment})
    details = DetailsRequest.model_validate(plan.details).over(ActivityDetails())
    assert all(stock[need.kind] >= need.count for need in details.equipment)
    assert [
        name
        for name in ("description", "bring", "hosted_by")
        if bool(getattr(details, name)) != bool(getattr(details, f"{name}_en"))
    ] == []


def test_venues_are_called_the_same_in_notices_and_calendars() -> None:
    told = NotifySettings.model_fields["venues"].default
    assert {each.venue: (each.zh, each.en) for each in tables.venues()} == {
        each.venue: (told[each.venue].zh, told[each.venue].en) for each in tables.venues()
    }


def test_one_wish_is_answered_and_one_waits() -> None:
    assert sorted(wish.verdict or "" for wish in tables.wishes()) == ["", "accepted"]


def test_nothing_in_it_is_masked_on_its_way() -> None:
    texts = [
        *(finding.title for finding in tables.findings()),
        *(unit.title for unit in tables.units()),
        *(team.title for team in tables.teams()),
        *(text for report in tables.reports() for text in (report.title, report.text) if text),
        *(text for wish in tables.wishes() for text in (wish.title, wish.text, wish.answer) if text),
        *(plan.title for plan in PLANS),
        *(text for plan in PLANS for text in plan.details.values() if isinstance(text, str)),
        *(text for venue in tables.venues() for text in (venue.zh, venue.en)),
    ]
    assert [text for text in texts if mask(text) != text] == []
