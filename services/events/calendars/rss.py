"""What comes next in a community, at a venue, at a host's or for a person as RSS 2.0; it names no person."""

from collections.abc import Mapping, Sequence
from email.utils import format_datetime
from xml.etree import ElementTree

from services.chassis.store.aggregates import Stored
from services.chassis.values import ZONE
from services.contracts.activities import ActivityStatus
from services.contracts.text import fit
from services.events.activities.domain.activity import Activity
from services.events.calendars.links import activity_page
from services.events.names.store import NOTHING, CommunityNames
from services.events.names.words import both

RSS = "application/rss+xml"


def rss(
    name: str,
    page: str,
    activities: Sequence[Stored[Activity]],
    public_url: str,
    known: Mapping[str, CommunityNames],
) -> bytes:
    """The feed called `name`, of which `page` is the address for people. Each activity is an item; once
    something changes that people read of an activity, its item has another `guid`, so that readers show it as new.
    `known` holds names by community."""
    root = ElementTree.Element("rss", version="2.0")
    channel = ElementTree.SubElement(root, "channel")
    _say(channel, "title", name)
    _say(channel, "link", page)
    _say(channel, "description", "接下来的活动 What comes next")
    _say(channel, "language", "zh-CN")
    for stored in activities:
        _item(channel, stored.aggregate, public_url, known.get(stored.aggregate.community, NOTHING))
    return bytes(ElementTree.tostring(root, encoding="UTF-8", xml_declaration=True))


def _item(channel: ElementTree.Element, activity: Activity, public_url: str, known: CommunityNames) -> None:
    item = ElementTree.SubElement(channel, "item")
    off = "已取消 Cancelled: " if activity.status is ActivityStatus.CANCELLED else ""
    starts = activity.starts_at.astimezone(ZONE)
    _say(item, "title", f"{off}{activity.title}")
    _say(item, "link", activity_page(public_url, activity.community, activity.id))
    guid = _say(item, "guid", f"{activity.id}:{activity.shown_changes}")
    guid.set("isPermaLink", "false")
    _say(item, "pubDate", format_datetime(activity.changed_at))
    when = f"{starts:%Y-%m-%d}" if activity.all_day else f"{starts:%Y-%m-%d %H:%M}"
    venue = both(known.venues.get(activity.venue)) or activity.venue
    _say(item, "description", f"{when} {venue}\n{activity.details.description or ''}".strip())


def _say(above: ElementTree.Element, name: str, text: str) -> ElementTree.Element:
    element = ElementTree.SubElement(above, name)
    element.text = fit(text)
    return element
