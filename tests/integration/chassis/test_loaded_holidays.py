"""What operators load of holidays reaches every service that asks for them, from a copy on the real store."""

from datetime import UTC, date, datetime

from services.chassis.calendar.holidays import Holidays
from services.chassis.loaded_holidays import COLLECTION, LoadedHolidays
from services.chassis.store import mongo
from services.contracts.issues import CalendarYearState


async def test_what_is_copied_counts_and_what_is_gone_does_not(store: mongo.Database) -> None:
    state = CalendarYearState(
        year=2027,
        off=(date(2027, 1, 1),),
        worked=(date(2027, 1, 9),),
        changed_at=datetime(2026, 11, 20, tzinfo=UTC),
    )
    stored = {"community": "here", "seq": 1, "state": state.model_dump(mode="json")}
    await store[COLLECTION].insert_one({"_id": "calendar-1", **stored})
    await store[COLLECTION].insert_one({"_id": "calendar-2", "community": "there", "seq": 2, "gone": True})
    holidays = Holidays()
    loaded = LoadedHolidays(store, holidays)
    await loaded.look()
    saturday = date(2027, 1, 9)
    assert [holidays.is_workday(saturday, community) for community in ("here", "there")] == [True, False]
    await store[COLLECTION].delete_one({"_id": "calendar-1"})
    await loaded.look()
    assert not holidays.is_workday(saturday, "here")
