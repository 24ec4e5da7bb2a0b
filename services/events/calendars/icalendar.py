"""A calendar as iCalendar (RFC 5545), without any person: a recurring entry per series, one entry per other activity.

The copy of a subscriber follows: `UID` never changes, `SEQUENCE` counts the changes that a calendar shows, a cancelled
date stays as `STATUS:CANCELLED`, a moved one keeps its UID and RECURRENCE-ID with another start, and days are days
(`VALUE=DATE`) whatever the zone of the machine.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from icalendar import Alarm, Calendar, Event, Timezone, TimezoneStandard, vRecur, vUri

from services.chassis.store.aggregates import Stored
from services.chassis.values import ZONE, local_date
from services.contracts.activities import ActivityStatus
from services.contracts.text import fit
from services.events.activities.domain.activity import Activity
from services.events.activities.domain.privacy import BUSY_EN, BUSY_ZH
from services.events.activities.domain.scheduling import Plan
from services.events.calendars.links import activity_page, picture, series_page
from services.events.calendars.recurring import (
    DateApart,
    Segment,
    by_themselves,
    current,
    exceptions,
    plan_of,
    segments,
)
from services.events.names.store import NOTHING, CommunityNames
from services.events.names.words import Name, both
from services.events.series.domain.series import Series

_REFRESH = timedelta(hours=1)
_OFFSET = timedelta(hours=8)
_RESTORED = 1000
"""So much is a restoring worth in the SEQUENCE of a date: more than the date was changed before."""
_LAST_OF_LONG_MONTHS = "BYMONTHDAY=28,29,30,31;BYSETPOS=-1"
"""The last day of each month, in words that not every library reads (ical.js passes BYSETPOS over beside a day)."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What a calendar shows: its name, activities and series; `names` are those of each community. With `reminds`
    it is a person's own: each activity that takes place rings when its last reminder is due, and private ones are told
    as they are."""

    name: str
    activities: Sequence[Stored[Activity]]
    public_url: str
    series: Sequence[Series] = ()
    names: Mapping[str, CommunityNames] = field(default_factory=dict)
    reminds: bool = False
    venue: str | None = None
    host: str | None = None

    def is_of_it(self, plan: Plan) -> bool:
        """Whether what is so planned belongs into the calendar: it has one `venue` or one `host`, or all."""
        return self.venue in (None, plan.venue) and self.host in (None, plan.details.host)


def calendar(shown: Shown) -> bytes:
    """The calendar in the community's time zone."""
    calendar = Calendar()
    calendar.add("prodid", "-//Sunshine Community//events//ZH")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add("name", fit(shown.name))
    calendar.add("x-wr-calname", fit(shown.name))
    calendar.add("x-wr-timezone", str(ZONE))
    calendar.add("refresh-interval", _REFRESH, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT1H")
    calendar.add_component(_zone())
    for entry in _entries(shown):
        calendar.add_component(entry)
    return bytes(calendar.to_ical())


def _zone() -> Timezone:
    """The zone without its summer times, of which the last was in 1991: no activity is so old."""
    zone, standard = Timezone(), TimezoneStandard()
    zone.add("tzid", str(ZONE))
    standard.add("dtstart", datetime(1991, 9, 15))  # noqa: DTZ001  a wall clock has no zone
    standard.add("tzoffsetfrom", _OFFSET)
    standard.add("tzoffsetto", _OFFSET)
    standard.add("tzname", "CST")
    zone.add_component(standard)
    return zone


def _entries(shown: Shown) -> list[Event]:
    secret = {each.aggregate.series for each in shown.activities if each.aggregate.private}
    known = {series.id: series for series in shown.series if series.id not in secret}
    entries, of_series = list[Event](), defaultdict[str | None, list[Activity]](list)
    for activity in (stored.aggregate for stored in shown.activities):
        if activity.series in known:
            of_series[activity.series].append(activity)
        elif shown.is_of_it(plan_of(activity)):
            is_told = shown.reminds or not activity.private
            entries.append(_single(activity, shown) if is_told else _busy(activity, shown))
    for series in known.values():
        entries += _entries_of(series, current(series, of_series[series.id]), shown)
    return entries


def _entries_of(series: Series, named: Mapping[date, Activity], shown: Shown) -> Iterator[Event]:
    """What stands in a calendar of a venue or a host is what takes place there, or is theirs: a date that a series has
    elsewhere falls out of it, and a date that a series of elsewhere has there stands by itself."""
    parts = segments(series, named)
    there = {part.uid: part for part in parts if shown.is_of_it(part.plan)}
    for each in exceptions(series, parts, named):
        part = there.get(each.uid)
        if shown.is_of_it(each.plan):
            yield _apart(series, each if part is not None else each.by_itself(), shown)
        elif part is not None and each.stood is not None:
            there[part.uid] = replace(part, without=(*part.without, each.stood))
    yield from (_recurring(series, part, shown) for part in there.values())
    for each in by_themselves(series, parts, named):
        if shown.is_of_it(each.plan):
            yield _apart(series, each, shown)


def _single(activity: Activity, shown: Shown) -> Event:
    plan = plan_of(activity)
    page = activity_page(shown.public_url, activity.community, activity.id)
    entry = _entry(plan, activity.community, page, activity.shown_changes, activity.changed_at, shown)
    entry.add("uid", f"{activity.id}@events.community")
    cancelled = activity.status is ActivityStatus.CANCELLED
    entry.add("status", "CANCELLED" if cancelled else "CONFIRMED")
    reminders = activity.details.terms.reminder_hours
    if shown.reminds and reminders and not cancelled:
        entry.add_component(_alarm(activity, timedelta(hours=min(reminders))))
    return entry


def _busy(activity: Activity, shown: Shown) -> Event:
    """The entry of a private activity for those who may not know what it is: its time and its venue."""
    plan, entry = plan_of(activity), Event()
    _add_times(entry, plan, activity.shown_changes, activity.changed_at)
    entry.add("summary", f"{BUSY_ZH} {BUSY_EN}")
    entry.add("class", "PRIVATE")
    entry.add("location", _where(plan, shown.names.get(activity.community, NOTHING)))
    entry.add("uid", f"{activity.id}@events.community")
    entry.add("status", "CANCELLED" if activity.status is ActivityStatus.CANCELLED else "CONFIRMED")
    return entry


def _recurring(series: Series, part: Segment, shown: Shown) -> Event:
    changed = series.changed_at or series.first
    page = series_page(shown.public_url, series.community, series.id)
    entry = _entry(part.plan, series.community, page, series.shown_changes, changed, shown)
    entry.add("uid", f"{part.uid}@events.community")
    entry.add("status", "CONFIRMED")
    rule = part.rule.replace(_LAST_OF_LONG_MONTHS, "BYMONTHDAY=-1")
    if part.plan.all_day and "UNTIL=" in rule:
        head, _, until = rule.partition("UNTIL=")
        last = datetime.fromisoformat(until[:16]).astimezone(ZONE)
        rule = f"{head}UNTIL={last:%Y%m%d}{until[16:]}"
    entry.add("rrule", vRecur.from_ical(rule))
    for moment in part.without:
        entry.add("exdate", _moment(moment, part.plan), parameters=_kind(part.plan))
    return entry


def _apart(series: Series, date_apart: DateApart, shown: Shown) -> Event:
    activity = date_apart.activity
    page = series_page(shown.public_url, series.community, series.id)
    if activity is not None:
        page = activity_page(shown.public_url, activity.community, activity.id)
    sequence = series.shown_changes + (0 if activity is None else activity.shown_changes)
    if date_apart.stood is not None:  # a date that was restored is another activity, whose own changes begin at none
        sequence += _RESTORED * series.restored.count(local_date(date_apart.stood))
    changed = (series.changed_at or series.first) if activity is None else activity.changed_at
    entry = _entry(date_apart.plan, series.community, page, sequence, changed, shown)
    entry.add("uid", f"{date_apart.uid}@events.community")
    if date_apart.stood is not None:
        entry.add("recurrence-id", _moment(date_apart.stood, date_apart.plan), parameters=_kind(date_apart.plan))
    entry.add("status", "CANCELLED" if date_apart.cancelled else "CONFIRMED")
    return entry


def _entry(plan: Plan, community: str, page: str, sequence: int, changed_at: datetime, shown: Shown) -> Event:
    known = shown.names.get(community, NOTHING)
    entry = Event()
    _add_times(entry, plan, sequence, changed_at)
    if plan.private:
        entry.add("class", "PRIVATE")
    entry.add("summary", fit(plan.title))
    described = plan.details
    words = [plan.title_en, described.description, described.description_en, described.bring, described.bring_en]
    text = "\n".join(fit(each) for each in words if each is not None)
    if text:
        entry.add("description", text)
    entry.add("location", _where(plan, known))
    host = None if plan.details.host is None else known.hosts.get(plan.details.host)
    holder = both(Name(zh=plan.details.hosted_by, en=plan.details.hosted_by_en)) if plan.details.hosted_by else None
    if (told := holder if host is None else both(host.name)) is not None:
        entry.add("contact", fit(told))
    entry.add("categories", [plan.kind.value])
    entry.add("url", page)
    for shown_picture in plan.details.pictures:
        address = vUri(picture(shown.public_url, shown_picture.picture))
        entry.add("image", address, parameters={"VALUE": "URI", "DISPLAY": "BADGE", "FMTTYPE": "image/jpeg"})
    return entry


def _where(plan: Plan, known: CommunityNames) -> str:
    """The venue, and the building in which it stands, where one is known."""
    venue, building = known.venues.get(plan.venue), known.building_of(plan.venue, plan.building)
    return fit(", ".join(told for told in (both(venue) or plan.venue, both(building)) if told))


def _add_times(entry: Event, plan: Plan, sequence: int, changed_at: datetime) -> None:
    entry.add("sequence", sequence)
    entry.add("dtstamp", changed_at)
    entry.add("last-modified", changed_at)
    entry.add("dtstart", _moment(plan.starts_at, plan))
    entry.add("dtend", _moment(plan.ends_at, plan))


def _alarm(activity: Activity, before: timedelta) -> Alarm:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("trigger", -before)
    alarm.add("description", fit(activity.title))
    return alarm


def _moment(moment: datetime, plan: Plan) -> datetime | date:
    return local_date(moment) if plan.all_day else moment.astimezone(ZONE)


def _kind(plan: Plan) -> dict[str, str]:
    return {"VALUE": "DATE"} if plan.all_day else {"TZID": str(ZONE)}
