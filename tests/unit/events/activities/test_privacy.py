"""Who knows what a private activity is, and what everybody else and the topics are told instead."""

from services.chassis.principal import Role
from services.contracts.activities import (
    ActivityChanged,
    ActivityDetails,
    ActivityKind,
    ActivityMovedUp,
    ActivityScheduled,
)
from services.events.activities.domain import changing
from services.events.activities.domain.activity import Activity
from services.events.activities.domain.changing import Change
from services.events.activities.domain.privacy import BUSY_ZH, told_neutrally
from services.events.registrations import domain as rules
from tests.unit.events.given import GRID, NOW, ORGANISER, STAFF, activity, person, resident


def _private() -> Activity:
    return activity(private=True, min_age=6, details=ActivityDetails(description="说明", hosted_by="团队"))


def test_it_is_known_to_staff_who_holds_it_and_who_is_registered() -> None:
    taken = rules.register(_private(), "resident-1", 1, STAFF, NOW, ages_confirmed=True).aggregate
    for by in (STAFF, ORGANISER, resident(1)):
        assert taken.as_seen_by(by) is taken
    elsewhere = person("staff-1", Role.STAFF, home="elsewhere")
    for stranger in (None, resident(2), GRID, elsewhere, person(ORGANISER.sub, home="elsewhere")):
        seen = taken.as_seen_by(stranger)
        assert (seen.title, seen.kind, seen.min_age, seen.details) == (
            BUSY_ZH,
            ActivityKind.SERVICE,
            None,
            ActivityDetails(),
        )
        assert (seen.capacity, seen.taken, seen.people, seen.helpers) == (0, 0, [""], ())
        assert (seen.starts_at, seen.ends_at, seen.venue) == (taken.starts_at, taken.ends_at, taken.venue)
    assert not taken.is_desk(GRID)


def test_activities_of_old_are_not_private() -> None:
    document = activity().model_dump(exclude={"private"})
    assert not Activity(**document).hides_from(None)


def test_topics_are_told_neutral_words_and_a_change_at_once() -> None:
    decision = changing.change(activity(), Change(private=True), STAFF, NOW)
    (event,) = decision.events
    assert isinstance(event, ActivityChanged)
    told = decision.aggregate.told(event)
    assert isinstance(told, ActivityChanged)
    assert (told.title, told.kind, told.private) == (BUSY_ZH, ActivityKind.SERVICE, True)
    assert told.fields == ["private"]
    public = decision.aggregate.public()
    assert (public.title, public.kind, public.details) == (BUSY_ZH, ActivityKind.SERVICE, ActivityDetails())
    assert (public.volunteers_needed, public.skill) == (2, "medical"), "helpers are still found"
    assert decision.aggregate.shown_changes == 1
    back = changing.change(decision.aggregate, Change(private=False), STAFF, NOW).aggregate
    assert back.public() == activity().public()
    assert not back.withholds


def test_a_reason_that_may_not_be_missing_is_neutral() -> None:
    told = told_neutrally(ActivityMovedUp(person="resident-1", position=1, reason="因为主题"))
    assert isinstance(told, ActivityMovedUp)
    assert told.reason == BUSY_ZH
    scheduled = ActivityScheduled(**_private().whole().model_dump())
    assert "说明" not in told_neutrally(scheduled).model_dump_json()
