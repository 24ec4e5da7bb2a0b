"""What callers send about activities becomes a plan, or a change of what is named alone."""

import pytest
from pydantic import BaseModel, ValidationError

from services.chassis.values import local_date
from services.contracts.activities import ActivityChanged, ActivityDetails, ActivityScheduled
from services.contracts.volunteers import SeatRole
from services.events.activities.domain import changing, scheduling
from services.events.activities.domain.activity import Activity
from services.events.activities.domain.changing import Change
from services.events.activities.domain.requests import ChangeActivity, MoveActivity, ScheduleActivity, WindowEmpty
from services.events.activities.domain.scheduling import Plan
from services.events.drafts import domain as drafts
from services.events.drafts.domain import Draft, KeepDraft, WriteDraft
from services.events.series.domain import changing as of_series
from services.events.series.domain import series as all_series
from services.events.series.domain.requests import ChangeSeries
from services.events.series.domain.series import Series
from services.volunteers.needs.domain.opening import open_for_activity
from tests.integration.events.calling import an_activity
from tests.unit.events.given import HOME, NOW, STAFF

NEVER_CHANGED = {"kind", "organiser", "instructors", "volunteers_needed", "skill", "helpers", "all_day"}
"""The fields of a plan that stay as they are once an activity is announced."""


@pytest.mark.parametrize(
    ("model", "without"),
    [
        (Activity, set[str]()),
        (Series, {"starts_at", "ends_at"}),
        (Draft, set[str]()),
        (WriteDraft, set[str]()),
        (ScheduleActivity, set[str]()),
        (Change, {*NEVER_CHANGED, *MoveActivity.model_fields}),
        (ChangeActivity, {*NEVER_CHANGED, *MoveActivity.model_fields}),
    ],
)
def test_each_field_of_a_plan_stands_in_all_that_is_planned(model: type[BaseModel], without: set[str]) -> None:
    missing = Plan.model_fields.keys() - without - model.model_fields.keys()
    assert not missing, (
        f"{model.__name__} has no field {sorted(missing)}; a plan is made from it by the names of fields."
    )


def test_the_seats_of_all_parts_are_the_helpers_that_it_needs() -> None:
    body = an_activity(
        volunteers_needed=9,
        helpers=[{"role": "lead", "skill": "medical", "skill_level": 3}, {"role": "helper", "seats": 3}],
    )
    planned = ScheduleActivity.model_validate(body).plan("organiser-1")
    assert planned.volunteers_needed == 4
    event = scheduling.schedule("activity-1", HOME, planned, "314159", STAFF, NOW).events[0]
    assert isinstance(event, ActivityScheduled)
    assert [(each.role, each.seats, each.skill, each.skill_level) for each in event.helpers] == [
        ("lead", 1, "medical", 3),
        ("helper", 3, None, 1),
    ]
    need = open_for_activity("activity-1", HOME, event, NOW).aggregate
    assert (need.seats, need.open_in(SeatRole.LEAD), need.open_in(SeatRole.HELPER)) == (4, 1, 3)
    lead, helper = need.asking(SeatRole.LEAD), need.asking(SeatRole.HELPER)
    assert ((lead.skill, lead.skill_level), (helper.skill, helper.skill_level)) == (("medical", 3), (None, 1))
    with pytest.raises(ValidationError, match="each role is given once"):
        ScheduleActivity.model_validate(an_activity(helpers=[{"role": "lead"}, {"role": "lead"}]))
    with pytest.raises(ValidationError, match="a level is asked of a skill"):
        ScheduleActivity.model_validate(an_activity(helpers=[{"role": "lead", "skill_level": 2}]))


def test_a_change_is_about_the_fields_that_were_given_those_of_the_terms_too() -> None:
    details = ActivityDetails.model_validate({"bring": "水杯", "terms": {"offer_hours": 6}})
    body = ChangeActivity.model_validate({"details": {"bring_en": "A cup", "terms": {"largest_party": 3}}})
    change = body.to(details)
    assert change.given == ("bring_en", "terms.largest_party")
    other = ActivityDetails.model_validate({"description": "别处", "terms": {"offer_hours": 9}})
    laid = change.fields(other)["details"]
    assert (laid.description, laid.bring, laid.bring_en) == ("别处", None, "A cup")
    assert (laid.terms.offer_hours, laid.terms.largest_party) == (9, 3)
    assert ChangeActivity.model_validate({"title": "义诊"}).to(details).fields(details) == {"title": "义诊"}


@pytest.mark.parametrize("number", ["京公治许字[2026]第3号", "GA-2026-11", "PDAA202611010000123456"])
def test_papers_have_the_number_that_is_printed_on_them_and_no_fact_tells_it(number: str) -> None:
    papers = {"filing_number": number, "insurance_number": f" {number}"}
    planned = ScheduleActivity.model_validate(an_activity(**papers)).plan("organiser-1")
    made = scheduling.schedule("activity-1", HOME, planned, "314159", STAFF, NOW)
    assert (made.aggregate.filing_number, made.aggregate.insurance_number) == (number, number)
    asked = ChangeActivity.model_validate({"filing_number": None}).to(planned.details)
    changed = changing.change(made.aggregate, asked, STAFF, NOW)
    assert (changed.aggregate.filing_number, changed.aggregate.insurance_number) == (None, number)
    (event,) = changed.events
    assert isinstance(event, ActivityChanged)
    assert event.fields == []
    told = [made.aggregate.public(), *made.events, *changed.events]
    assert all(number not in str(each) for each in told)


@pytest.mark.parametrize("number", ["", " ", "第\x073号", "9" * 81])
def test_a_number_that_says_nothing_or_too_much_is_refused(number: str) -> None:
    for papers in ({"filing_number": number}, {"insurance_number": number}):
        with pytest.raises(ValidationError):
            ScheduleActivity.model_validate(an_activity(**papers))
        with pytest.raises(ValidationError):
            WriteDraft.model_validate(papers)


def test_registration_opens_before_it_closes() -> None:
    terms = {"opens_hours_before": 2, "closes_hours_before": 10}
    with pytest.raises(WindowEmpty):
        ScheduleActivity.model_validate(an_activity(details={"terms": terms})).plan("organiser-1")
    with pytest.raises(WindowEmpty):
        ChangeActivity.model_validate({"details": {"terms": {"opens_hours_before": 10}}}).to(
            ActivityDetails.model_validate({"terms": {"closes_hours_before": 10}})
        )


def test_what_an_activity_may_be_without_is_taken_away_by_null_and_stays_where_it_is_left_out() -> None:
    planned = ScheduleActivity.model_validate(an_activity(title_en="Clinic", min_age=60)).plan("organiser-1")
    made = scheduling.schedule("activity-1", HOME, planned, "314159", STAFF, NOW).aggregate
    asked = ChangeActivity.model_validate({"min_age": None, "title": None}).to(made.details)
    changed = changing.change(made, asked, STAFF, NOW)
    assert (changed.aggregate.min_age, changed.aggregate.title_en, changed.aggregate.title) == (
        None,
        "Clinic",
        made.title,
    )
    event = changed.events[0]
    assert isinstance(event, ActivityChanged)
    assert event.fields == ["min_age"]


def test_a_series_and_a_draft_lose_what_is_taken_away_too() -> None:
    planned = ScheduleActivity.model_validate(an_activity(title_en="Clinic", min_age=60)).plan("organiser-1")
    series = all_series.start("series-1", HOME, planned, "FREQ=WEEKLY", STAFF, NOW).aggregate
    body = ChangeSeries.model_validate({"scope": "all", "min_age": None})
    revised = of_series.revise(series, body.revision(series, local_date(NOW)), STAFF, NOW, every=True).aggregate
    following = next(revised.occurrences(local_date(NOW)))
    assert (revised.min_age, revised.plan_of(following).min_age, revised.title_en) == (None, None, "Clinic")
    fields = an_activity(min_age=60, title_en="Clinic")
    draft = drafts.keep("draft-1", KeepDraft.model_validate(fields), None, STAFF, NOW).aggregate
    written = drafts.write(draft, WriteDraft.model_validate({"min_age": None}), STAFF, NOW).aggregate
    assert (written.min_age, written.title_en) == (None, "Clinic")
