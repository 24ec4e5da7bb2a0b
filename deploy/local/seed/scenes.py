"""What happens in the five weeks, and when: by office hours, on the days on which such things happen.

Nine workdays have a round each, whose cases are dispatched in the afternoon, handled before they are due, and verified
on the next. Elders are visited at ten, classes are held on school days, the clinic and the day of service on Saturdays;
at the end of such a day the desk copies its lists, hours are confirmed, and who is asked for something new says yes. On
the last two days grid workers see who comes to a visit and leaves. On Sundays people arrange themselves for the week,
and whoever has given the most hours nine days before the end asks for a certificate.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from deploy.local.seed import (
    activities,
    attendance,
    calendar,
    care,
    cases,
    certificates,
    rounds,
    tables,
    venues,
    volunteers,
    wishes,
)
from deploy.local.seed.api import Api
from deploy.local.seed.needs import find_volunteers, say_yes
from deploy.local.seed.places import Ground
from deploy.local.seed.story import Scene, Story

Say = Callable[[str], None]

_SATURDAY, _SUNDAY = 5, 6
_WEEK = 8
"""Days for which people register at once: a week, and the Monday after it."""


def scenes(api: Api, ground: Ground, story: Story, say: Say) -> list[Scene]:
    """All scenes of `story`, at a community that stands."""
    return [
        *_beginning(api, ground, story, say),
        *_weeks(api, story),
        *_evenings(api, story, say),
        *_presences(api, story),
        *_certificate(api, story, say),
        *_rounds(api, ground, story, say),
        *_reports(api, ground, story, say),
    ]


def _beginning(api: Api, ground: Ground, story: Story, say: Say) -> list[Scene]:
    """The community gets together on the first morning."""

    async def volunteering() -> None:
        await _told(say, "volunteers", volunteers.register(api, ground))
        await asyncio.gather(
            _told(say, "teams", volunteers.form_teams(api)),
            _told(say, "care plans", care.agree(api, ground, story.first)),
        )

    async def together() -> None:
        await _told(say, "venues", venues.enter(api, ground))
        await asyncio.gather(
            volunteering(),
            _told(say, "series of activities", activities.start(api)),
            _told(say, "wishes", wishes.wish(api)),
            activities.plan_service_day(api, _last_saturday(story.today)),
            rounds.plan_every_month(api, ground, story.today),
        )

    return [Scene(calendar.at(story.first, "08:40"), together)]


def _weeks(api: Api, story: Story) -> list[Scene]:
    """People arrange themselves for the week: at first, and on each Sunday."""
    sundays = [day for day in _days(story) if day.weekday() == _SUNDAY and day > story.first]

    async def arranged(day: date) -> None:
        ahead = await activities.look_ahead(api, _WEEK)
        visits = care.expected(story.first, day + timedelta(days=1), day + timedelta(days=7))
        await find_volunteers(api, set(ahead), visits)

    return [
        Scene(calendar.at(story.first, "09:20"), partial(arranged, story.first)),
        *(Scene(calendar.at(day, "19:00"), partial(arranged, day)) for day in sundays),
    ]


def _evenings(api: Api, story: Story, say: Say) -> list[Scene]:
    """What took place is written down: in the evening, on Saturdays at noon."""
    given: list[int] = []

    async def written(day: date) -> None:
        given.extend(await asyncio.gather(activities.hold(api, day), care.serve(api)))
        await say_yes(api)
        if day.weekday() == _SUNDAY:
            say(f"{day}: {sum(given)} minutes by volunteers confirmed")
            given.clear()

    return [
        Scene(calendar.at(day, "13:00" if day.weekday() == _SATURDAY else "18:10"), partial(written, day))
        for day in _days(story)
    ]


def _presences(api: Api, story: Story) -> list[Scene]:
    """Volunteers come to visits and leave, on the last two days."""
    return [
        Scene(calendar.at(day, hour), partial(attendance.see, api))
        for day in _days(story)[-2:]
        for hour in attendance.TIMES
    ]


def _certificate(api: Api, story: Story, say: Say) -> list[Scene]:
    """A certificate is asked for, posted for a week, and issued on the day before today."""

    async def issued() -> None:
        await _told(say, "certificates of service", certificates.issue(api))

    asked, last = story.today - timedelta(days=9), story.today - timedelta(days=1)
    return [
        Scene(calendar.at(asked, "18:30"), partial(certificates.ask, api)),
        Scene(calendar.at(last, "18:40"), issued),
    ]


def _rounds(api: Api, ground: Ground, story: Story, say: Say) -> list[Scene]:
    """Building by building, each on a day of its own."""
    workdays = calendar.workdays(story.first + timedelta(days=1), story.today - timedelta(days=1))
    buildings, last = rounds.walked(), len(workdays) - 3
    found: list[Scene] = []
    for nth, building in enumerate(buildings):
        place = round(nth * last / (len(buildings) - 1))
        day, following = workdays[place], workdays[place + 1]
        found += _round(api, ground, building, day, following, say)
    return found


def _round(api: Api, ground: Ground, building: tables.Building, day: date, following: date, say: Say) -> list[Scene]:
    begins = calendar.at(day, "09:00")

    async def walked() -> str:
        return await rounds.walk(api, ground, building, begins)

    handling = calendar.at(following, "10:30")

    async def put_right(until: str, due: datetime | None = None) -> None:
        count = await cases.put_right(api, ground, await walked(), until, due)
        if until == "verified":
            say(f"{following}: {count} findings of {rounds.title_of(building)} handed over, put right and verified")

    return [
        Scene(calendar.at(day, "11:40"), walked),
        Scene(calendar.at(day, "14:30"), partial(put_right, "dispatched")),
        Scene(calendar.at(day, "15:00"), partial(put_right, "in-progress")),
        Scene(calendar.at(day, "16:30"), partial(put_right, "handled", handling)),
        Scene(handling, partial(put_right, "handled")),
        Scene(calendar.at(following, "15:30"), partial(put_right, "verified")),
    ]


def _reports(api: Api, ground: Ground, story: Story, say: Say) -> list[Scene]:
    """What residents have reported lately is on its way."""
    *_, before, last = calendar.workdays(story.first, story.today - timedelta(days=1))

    async def reported(until: str) -> None:
        count = await cases.report(api, ground, until, story.today)
        if until == "in-progress":
            say(f"{last}: {count} reports by residents are on their way")

    times = ((before, "10:20", "reported"), (before, "15:10", "accepted"), (last, "15:50", "dispatched"))
    return [
        *(Scene(calendar.at(day, hour), partial(reported, until)) for day, hour, until in times),
        Scene(calendar.at(last, "17:00"), partial(reported, "in-progress")),
    ]


def _days(story: Story) -> list[date]:
    """The days of the story, the first to yesterday."""
    return [story.first + timedelta(days=n) for n in range((story.today - story.first).days)]


def _last_saturday(today: date) -> date:
    """The last Saturday before `today` that isn't the clinic's."""
    saturdays = [today - timedelta(days=n) for n in range(1, 15) if (today - timedelta(days=n)).weekday() == _SATURDAY]
    return next(day for day in saturdays if day.day > 7)


async def _told(say: Say, what: str, work: Awaitable[Any]) -> None:
    say(f"{await work} {what}")
