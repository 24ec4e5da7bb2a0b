"""The board as feeds: announcements, cases put right, rounds summed up, activities ahead.

They are RSS 2.0, Atom (RFC 4287) and JSON Feed 1.1. An entry has one id in all of them, which it keeps whatever becomes
of it, and of the address at which the board stands. A feed is the same, byte by byte, until something is edited.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any
from uuid import NAMESPACE_OID, uuid5
from xml.etree.ElementTree import Element, SubElement, register_namespace, tostring

from services.contracts.text import fit
from services.notify.board.figures import Announced, Board, ClosedCase, ComingActivity, RoundResult, percent
from services.notify.board.labels import LABELS
from services.notify.board.page import place_name, where
from services.notify.knowledge.names import Names
from services.notify.shared.calendar import day, moment

_ATOM = "http://www.w3.org/2005/Atom"
_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"

_EVER = datetime(2000, 1, 1, tzinfo=UTC)
"""Stands where nothing is known of a time, for Atom wants one that does not move by itself."""

register_namespace("atom", _ATOM)


@dataclass(frozen=True, slots=True)
class Item:
    """One entry of a feed: `id` is that of what it tells of, `path` the page that says more, where there is one.

    `at` is None where the time of writing isn't known, `edited_at` where nobody has changed it since.
    """

    id: str
    title: str
    text: str
    at: datetime | None
    edited_at: datetime | None = None
    path: str | None = None

    @property
    def updated(self) -> datetime:
        """When it was last changed."""
        return self.edited_at or self.at or _EVER


def _urn(*parts: str) -> str:
    """A name that depends on `parts` alone."""
    return uuid5(NAMESPACE_OID, "/".join(("board", *parts))).urn


def items(board: Board, lang: str, names: Names) -> Iterator[Item]:
    """The entries of the feeds. No person stands in them."""
    for announcement in board.announcements:
        yield _announced(announcement, lang)
    for case in board.cases.latest:
        yield _closed(case, lang)
    for round in board.coverage.latest:
        yield _walked(round, lang)
    for activity in board.activities:
        yield _coming(activity, lang, names)


def rss(board: Board, lang: str, names: Names, origin: str) -> bytes:
    """The feed as RSS 2.0."""
    page = f"{origin}/board/{board.community}?lang={lang}"
    root = Element("rss", version="2.0")
    channel = SubElement(root, "channel")
    _add(channel, "title", f"{names.community(board.community, lang)} · {LABELS[lang]['board']}")
    _add(channel, "link", page)
    _add(channel, "description", LABELS[lang]["tagline"])
    _add(channel, "language", "zh-cn" if lang == "zh" else "en")
    self_link = f"{origin}/board/{board.community}/feed.rss?lang={lang}"
    SubElement(channel, f"{{{_ATOM}}}link", href=self_link, rel="self", type="application/rss+xml")
    for item in items(board, lang, names):
        entry = SubElement(channel, "item")
        _add(entry, "title", item.title)
        _add(entry, "link", _link(item, page, origin, lang))
        _add(entry, "description", item.text)
        SubElement(entry, "guid", isPermaLink="false").text = _urn(board.community, item.id)
        if item.at is not None:
            _add(entry, "pubDate", format_datetime(item.at))
    text: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return text


def atom(board: Board, lang: str, names: Names, origin: str) -> bytes:
    """The feed as Atom."""
    page = f"{origin}/board/{board.community}?lang={lang}"
    root = Element(
        f"{{{_ATOM}}}feed", {"{http://www.w3.org/XML/1998/namespace}lang": "zh-CN" if lang == "zh" else "en"}
    )
    whole = tuple(items(board, lang, names))
    _add(root, f"{{{_ATOM}}}title", f"{names.community(board.community, lang)} · {LABELS[lang]['board']}")
    _add(root, f"{{{_ATOM}}}id", _urn(board.community, "feed", lang))
    _add(root, f"{{{_ATOM}}}updated", max((item.updated for item in whole), default=_EVER).isoformat())
    SubElement(root, f"{{{_ATOM}}}link", href=f"{origin}/board/{board.community}/feed.atom?lang={lang}", rel="self")
    SubElement(root, f"{{{_ATOM}}}link", href=page)
    _add(SubElement(root, f"{{{_ATOM}}}author"), f"{{{_ATOM}}}name", names.community(board.community, lang))
    for item in whole:
        entry = SubElement(root, f"{{{_ATOM}}}entry")
        _add(entry, f"{{{_ATOM}}}title", item.title)
        _add(entry, f"{{{_ATOM}}}id", _urn(board.community, item.id))
        if item.at is not None:
            _add(entry, f"{{{_ATOM}}}published", item.at.isoformat())
        _add(entry, f"{{{_ATOM}}}updated", item.updated.isoformat())
        SubElement(entry, f"{{{_ATOM}}}link", href=_link(item, page, origin, lang))
        _add(entry, f"{{{_ATOM}}}summary", item.text)
    text: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return text


def json_feed(board: Board, lang: str, names: Names, origin: str) -> dict[str, Any]:
    """The feed as JSON Feed 1.1."""
    page = f"{origin}/board/{board.community}?lang={lang}"
    return {
        "version": "https://jsonfeed.org/version/1.1",
        "title": f"{names.community(board.community, lang)} · {LABELS[lang]['board']}",
        "home_page_url": page,
        "feed_url": f"{origin}/board/{board.community}/feed.json?lang={lang}",
        "description": LABELS[lang]["tagline"],
        "language": "zh-CN" if lang == "zh" else "en",
        "items": [
            {
                "id": _urn(board.community, item.id),
                "url": _link(item, page, origin, lang),
                "title": fit(item.title),
                "content_text": fit(item.text),
            }
            | ({"date_published": item.at.isoformat()} if item.at else {})
            | ({"date_modified": item.edited_at.isoformat()} if item.edited_at else {})
            for item in items(board, lang, names)
        ],
    }


def _link(item: Item, page: str, origin: str, lang: str) -> str:
    return page if item.path is None else f"{origin}{item.path}?lang={lang}"


def _announced(announcement: Announced, lang: str) -> Item:
    english = lang == "en"
    title = (announcement.title_en if english else None) or announcement.title
    text = (announcement.text_en if english else None) or announcement.text
    headline = f"{LABELS[lang]['announcements']} · {title}"
    return Item(announcement.id, headline, text, announcement.posted_at, announcement.edited_at)


def _closed(case: ClosedCase, lang: str) -> Item:
    words = LABELS[lang]
    category = case.category_zh if lang == "zh" else case.category_en
    where = place_name(case.building, lang) or words["grounds"]
    text = f"{category} · {where} · {words['checked']} {day(case.closed_at, lang)}"
    return Item(case.id, f"{words['put_right']} · {case.title or category}", text, case.closed_at)


def _walked(round: RoundResult, lang: str) -> Item:
    words = LABELS[lang]
    said = [
        words["walked_of"].format(covered=round.covered, planned=round.planned),
        words["compound_of"].format(covered=round.compound_covered, all=round.compound_buildings),
        words["found_count"].format(count=round.found),
    ]
    if round.found:
        rate = percent(round.on_the_spot, round.found)
        said.append(words["spot_rate"].format(count=round.on_the_spot, percent=rate))
        said.append(words["handed_over_count"].format(count=round.handed_over))
    said += [f"{c.category_zh if lang == 'zh' else c.category_en} {c.found}" for c in round.by_category]
    title = f"{words['latest_rounds']} · {round.title or day(round.completed_at, lang)}"
    return Item(round.id, title, " · ".join(said), round.completed_at)


def _coming(activity: ComingActivity, lang: str, names: Names) -> Item:
    words = LABELS[lang]
    title = (activity.title_en if lang == "en" else None) or activity.title
    seats = words["seats_left"].format(left=activity.seats_left) if activity.seats_left else words["full"]
    said = [moment(activity.starts_at, lang), where(activity, lang, names), seats]
    if activity.volunteers_missing:
        said.append(words["helpers_wanted"].format(count=activity.volunteers_missing))
    headline = f"{title} · {moment(activity.starts_at, lang)}"
    return Item(activity.id, headline, " · ".join(said), None, activity.changed_at, activity.page)


def _add(parent: Element, name: str, text: str) -> None:
    SubElement(parent, name).text = fit(text)
