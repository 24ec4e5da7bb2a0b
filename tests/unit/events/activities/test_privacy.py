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
from services.events.activities.domain.privacy import BUSY_ZH, NEUTRAL, NOTHING_ELSE, told_neutrally
from services.events.registrations import domain as rules
from tests.unit.events.given import GRID, NOW, ORGANISER, STAFF, activity, person, resident

TIME_AND_PLACE = {"id", "community", "starts_at", "ends_at", "all_day", "venue", "building", "private", "status"}
"""The fields of a private activity that everybody may know."""
NOT_SHOWN = {
    *("check_in_code", "changed_at", "previous_starts", "shown_changes", "reminded"),
    *("staff_warned", "helpers_warned", "goes_ahead", "desk_asks", "erased"),
}
"""Fields that say nothing of what an activity is: when something changed, was told or is due."""


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


def test_no_field_of_a_private_activity_is_told_unless_it_is_named_here() -> None:
    told = Activity.model_fields.keys() - NEUTRAL.keys() - NOTHING_ELSE.keys() - TIME_AND_PLACE - NOT_SHOWN
    assert not told, (
        f"Strangers read {sorted(told)} of a private activity. What says what it is gets a neutral value in NEUTRAL "
        "(domain/privacy.py), wherever it stands; what answers alone leave out gets one in NOTHING_ELSE there."
    )
