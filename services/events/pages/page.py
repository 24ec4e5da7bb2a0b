"""Renders the pages as HTML. They work without any script and load nothing from other origins. Every value is
escaped."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from services.chassis.http.language import Language
from services.chassis.store.aggregates import Stored
from services.chassis.values import ZONE, local_date
from services.contracts.activities import ActivityStatus, Admits, SeriesStatus, ShownPicture
from services.contracts.text import fitted
from services.events.activities.domain.activity import Activity
from services.events.calendars.linked_data import linked_data
from services.events.calendars.links import CALENDAR, picture
from services.events.names.store import NOTHING, CommunityNames
from services.events.names.words import ACCESS, ADMITS, KINDS
from services.events.pages.days import Day, Span, neighbours
from services.events.pages.labels import DOOR, LABELS
from services.events.pages.settings import ServiceDesk
from services.events.series.domain.series import Series

HERE = Path(__file__).parent
ASSETS = HERE / "assets"
_PLANNED_SHOWN = 10
_WEEKDAYS = {"zh": "一二三四五六日", "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")}
_MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]


class Pages:
    """Renders the pages. `desks` gives each community's desk for registering; links to feeds begin with `origin`."""

    def __init__(self, desks: Mapping[str, ServiceDesk], origin: str) -> None:
        self._desks = desks
        self._origin = origin
        self._style, self._script = (
            hashlib.sha256((ASSETS / name).read_bytes()).hexdigest()[:12] for name in ("calendar.css", "door.js")
        )

    def calendar(
        self,
        community: str,
        days: Sequence[Day],
        span: Span,
        on: date,
        today: date,
        names: CommunityNames,
        language: Language,
    ) -> str:
        """The page of the week or month that `on` lies in."""
        earlier, later = neighbours(span, on)
        period = _month(on, language) if span is Span.MONTH else _period(days[0].on, days[-1].on, language)
        return self._render(
            "calendar.html.j2",
            community,
            names,
            language,
            days=days,
            span=span.value,
            on=on,
            today=today,
            earlier=earlier,
            later=later,
            period=period,
            empty=not any(day.activities or day.later for day in days),
        )

    def activity(
        self,
        stored: Stored[Activity],
        now: datetime,
        names: CommunityNames,
        language: Language,
        series: Series | None = None,
    ) -> str:
        """The page of one activity, which may be a date of a `series`."""
        activity = stored.aggregate
        terms = activity.details.terms
        starts = activity.starts_at
        opens = None if terms.opens_hours_before is None else starts - timedelta(hours=terms.opens_hours_before)
        closes = starts - timedelta(hours=terms.closes_hours_before)
        standing = activity.status is ActivityStatus.SCHEDULED
        return self._render(
            "activity.html.j2",
            activity.community,
            names,
            language,
            activity=activity,
            details=activity.details,
            terms=terms,
            host=_host(activity, names, language),
            whom=_whom(activity, language),
            helpers=_helpers(activity, language),
            access=[ACCESS[each].in_(language) for each in activity.details.accessibility],
            opens=opens if opens is not None and opens > now else None,
            closes=closes,
            withdraws=starts - timedelta(hours=terms.cancel_hours_before),
            takes=standing and now < closes,
            standing=standing,
            pictures=[_pictured(each, language) for each in activity.details.pictures],
            data=Markup(linked_data(stored, self._origin, names, series).decode()),  # noqa: S704  it ends no script
        )

    def door(self, activity: Activity, names: CommunityNames, language: Language) -> str:
        """The page with which the desk sees people in on a phone; who they are, the page asks for itself."""
        return self._render(
            "door.html.j2",
            activity.community,
            names,
            language,
            activity=activity.id,
            script=self._script,
            words=Markup(json.dumps(DOOR[language], ensure_ascii=False)),  # noqa: S704  words of ours
        )

    def series(
        self, series: Series, dates: Sequence[Activity], names: CommunityNames, language: Language, today: date
    ) -> str:
        """The page of a series, with its next dates: as they are planned, where none is an activity yet."""
        planned = () if dates or series.status is not SeriesStatus.RUNNING else series.occurrences(today)
        return self._render(
            "series.html.j2",
            series.community,
            names,
            language,
            series=series,
            details=series.details,
            dates=dates,
            planned=[series.plan_of(each) for each in islice(planned, _PLANNED_SHOWN)],
            pictures=[_pictured(each, language) for each in series.details.pictures],
        )

    def gone(self, community: str, names: CommunityNames, language: Language) -> str:
        """The page that says that there is no such activity, and leads to the calendar."""
        return self._render("gone.html.j2", community, names, language)

    def no_calendar(self, language: Language) -> str:
        """The page that says that there is no such community, and leads to the notice boards that there are."""
        return self._render("nowhere.html.j2", "", NOTHING, language)

    def _render(
        self, template: str, community: str, names: CommunityNames, language: Language, **values: object
    ) -> str:
        desk = self._desks.get(community)
        called = community if desk is None else desk.community_zh if language == "zh" else desk.community_en
        return self._templates.get_template(template).render(
            lang=language,
            other="en" if language == "zh" else "zh",
            t=LABELS[language],
            style=self._style,
            origin=self._origin,
            root=f"{CALENDAR}/{community}",
            feeds=f"/api/events/v1/communities/{community}",
            community=called,
            desk=desk,
            place=None if desk is None else desk.zh if language == "zh" else desk.en,
            names=names,
            **values,
        )

    @cached_property
    def _templates(self) -> Environment:
        environment = Environment(
            loader=FileSystemLoader(HERE / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            finalize=fitted,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,  # what is shipped does not change while a process runs
        )
        environment.filters.update(
            title=_title,
            words=_words,
            kind=lambda activity, language: KINDS[activity.kind].in_(language),
            venue=_venue,
            clock=lambda moment: f"{moment.astimezone(ZONE):%H:%M}",
            moment=_moment,
            times=_times,
            weekday=lambda day, language: _weekday(day, language),
            short=_short,
        )
        return environment


def _title(thing: Any, language: str) -> str:
    return str(thing.title if language == "zh" else thing.title_en or thing.title)


def _words(details: Any, name: str, language: str) -> str | None:
    """The text `name` of `details` in `language`, or in Chinese where it has no translation."""
    zh: str | None = getattr(details, name)
    return zh if language == "zh" else getattr(details, f"{name}_en") or zh


def _venue(thing: Any, names: CommunityNames, language: Language) -> str:
    known = names.venues.get(thing.venue)
    building = names.building_of(thing.venue, thing.building)
    venue = str(thing.venue) if known is None else known.in_(language)
    if building is None:
        return venue
    return f"{building.in_(language)} {venue}" if language == "zh" else f"{venue}, {building.in_(language)}"


def _host(activity: Activity, names: CommunityNames, language: Language) -> str | None:
    details = activity.details
    known = None if details.host is None else names.hosts.get(details.host)
    return _words(details, "hosted_by", language) if known is None else known.name.in_(language)


def _pictured(shown: ShownPicture, language: Language) -> dict[str, str]:
    """A picture with its words; the address is that of this deployment."""
    words = shown.zh if language == "zh" else shown.en or shown.zh
    return {"src": picture("", shown.picture), "alt": words}


def _helpers(activity: Activity, language: Language) -> str:
    """How many helpers are still wanted, and for which parts where there are several."""
    labels = LABELS[language]
    wanted = labels["helpers_wanted"].format(count=activity.helpers_missing)
    parts = [f"{labels[part.role.value]} {part.seats}" for part in activity.helpers]
    if not parts:
        return wanted
    return f"{wanted}（{'、'.join(parts)}）" if language == "zh" else f"{wanted} ({', '.join(parts)})"


def _whom(activity: Activity, language: Language) -> str:
    labels, low, high = LABELS[language], activity.min_age, activity.details.max_age
    told = []
    if low is not None and high is not None:
        told.append(labels["ages"].format(low=low, high=high))
    elif low is not None:
        told.append(labels["from_age"].format(age=low))
    elif high is not None:
        told.append(labels["to_age"].format(age=high))
    if activity.details.admits is not Admits.EVERYBODY:
        told.append(ADMITS[activity.details.admits].in_(language))
    if activity.guardian_required:
        told.append(labels["guardian"])
    return ("，" if language == "zh" else "; ").join(told) or labels["everybody"]


def _weekday(day: date, language: str) -> str:
    name = _WEEKDAYS[language][day.weekday()]
    return f"周{name}" if language == "zh" else name


def _short(day: date, language: str) -> str:
    return f"{day.month}月{day.day}日" if language == "zh" else f"{day.day} {_MONTHS[day.month - 1][:3]}"


def _month(day: date, language: str) -> str:
    return f"{day.year}年{day.month}月" if language == "zh" else f"{_MONTHS[day.month - 1]} {day.year}"


def _period(first: date, last: date, language: str) -> str:
    year = f"{first.year}年" if language == "zh" else ""
    shown = f"{year}{_short(first, language)} – {_short(last, language)}"
    return shown if language == "zh" else f"{shown} {last.year}"


def _moment(moment: datetime, language: str, *, with_year: bool = False) -> str:
    day = local_date(moment)
    weekday, short = _weekday(day, language), _short(day, language)
    if language == "zh":
        return f"{f'{day.year}年' if with_year else ''}{short} {weekday} {moment.astimezone(ZONE):%H:%M}"
    return f"{weekday} {short}{f' {day.year}' if with_year else ''}, {moment.astimezone(ZONE):%H:%M}"


def _times(activity: Activity, language: Language) -> str:
    """The time of the activity in words: a day with two times, or two days with times."""
    first = local_date(activity.starts_at)
    last = local_date(activity.ends_at - timedelta(microseconds=1))
    if activity.all_day:
        days = _short(first, language) if first == last else f"{_short(first, language)} – {_short(last, language)}"
        dated = f"{first.year}年{days}" if language == "zh" else f"{days} {last.year}"
        return f"{dated} {LABELS[language]['all_day']}"
    begins = _moment(activity.starts_at, language, with_year=True)
    if first == last:
        return f"{begins}–{activity.ends_at.astimezone(ZONE):%H:%M}"
    return f"{begins} – {_moment(activity.ends_at, language, with_year=first.year != last.year)}"
