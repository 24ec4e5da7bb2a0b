"""One's own service as iCalendar (RFC 5545): what was accepted, and what one is asked for, with the building alone.

`UID` never changes and `SEQUENCE` grows with each change, so that the copy of a subscriber follows; what was cancelled
stays as such for a while. Nothing of whoever is helped stands in it: an address that is passed on tells of nobody.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from icalendar import Alarm, Calendar, Event

from services.chassis.store.aggregates import Stored
from services.chassis.values import ZONE
from services.contracts.volunteers import NeedStatus
from services.volunteers.names.store import Name
from services.volunteers.needs.domain.need import Need
from services.volunteers.needs.domain.offers import SERVING
from services.volunteers.words.said import category

_REFRESH = timedelta(hours=1)
_AHEAD = timedelta(hours=2)


def calendar(needs: Sequence[Stored[Need]], person: str, buildings: Mapping[str, Name], now: datetime) -> bytes:
    """The calendar of `person`."""
    shown = Calendar()
    shown.add("prodid", "-//Sunshine Community//volunteers//ZH")
    shown.add("version", "2.0")
    shown.add("calscale", "GREGORIAN")
    shown.add("method", "PUBLISH")
    shown.add("name", "我的志愿服务")
    shown.add("x-wr-calname", "我的志愿服务")
    shown.add("x-wr-timezone", str(ZONE))
    shown.add("refresh-interval", _REFRESH, parameters={"VALUE": "DURATION"})
    shown.add("x-published-ttl", "PT1H")
    for stored in needs:
        shown.add_component(_entry(stored, person, buildings, now))
    shown.add_missing_timezones()
    return bytes(shown.to_ical())


def _entry(stored: Stored[Need], person: str, buildings: Mapping[str, Name], now: datetime) -> Event:
    need, entry = stored.aggregate, Event()
    offer = need.offer_to(person)
    accepted = offer is not None and offer.status in SERVING
    zh, _ = category(need.category)
    entry.add("uid", f"{need.id}@volunteers.sunshine-community")
    entry.add("sequence", stored.version)
    entry.add("dtstamp", now)
    entry.add("dtstart", need.starts_at.astimezone(ZONE))
    entry.add("dtend", need.ends_at.astimezone(ZONE))
    entry.add("summary", zh if accepted else f"{zh}（待答复）")
    if need.building is not None and need.building in buildings:
        entry.add("location", buildings[need.building].zh)
    if need.status is NeedStatus.CANCELLED:
        entry.add("status", "CANCELLED")
        return entry
    entry.add("status", "CONFIRMED" if accepted else "TENTATIVE")
    if accepted:
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("description", zh)
        alarm.add("trigger", -_AHEAD)
        entry.add_component(alarm)
    return entry
