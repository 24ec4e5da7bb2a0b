"""Writes a volunteer's services as iCalendar (RFC 5545): those accepted and those asked for, with the building alone.

`UID` never changes and `SEQUENCE` grows with each change, so that the copy of a subscriber follows. A cancelled service
stays for a while, marked as cancelled. The calendar tells nothing of the person helped, because its address may be
passed on.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from icalendar import Alarm, Calendar, Event

from services.chassis.store.aggregates import Stored
from services.chassis.values import ZONE
from services.contracts.volunteers import NeedStatus
from services.volunteers.names.store import NOTHING, CommunityNames
from services.volunteers.needs.domain.need import Need
from services.volunteers.needs.domain.offers import SERVING

_REFRESH = timedelta(hours=1)
_AHEAD = timedelta(hours=2)


def calendar(needs: Sequence[Stored[Need]], person: str, names: Mapping[str, CommunityNames], now: datetime) -> bytes:
    """The calendar of `person`; `names` of each community."""
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
        shown.add_component(_entry(stored, person, names.get(stored.aggregate.community, NOTHING), now))
    shown.add_missing_timezones()
    return bytes(shown.to_ical())


def _entry(stored: Stored[Need], person: str, names: CommunityNames, now: datetime) -> Event:
    need, entry = stored.aggregate, Event()
    offer = need.offer_to(person)
    accepted = offer is not None and offer.status in SERVING
    zh, place = names.work(need.category).zh, names.place(need.building)
    entry.add("uid", f"{need.id}@volunteers.sunshine-community")
    entry.add("sequence", stored.version)
    entry.add("dtstamp", now)
    entry.add("dtstart", need.starts_at.astimezone(ZONE))
    entry.add("dtend", need.ends_at.astimezone(ZONE))
    entry.add("summary", zh if accepted else f"{zh}（待答复）")
    if place is not None:
        entry.add("location", place.zh)
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
