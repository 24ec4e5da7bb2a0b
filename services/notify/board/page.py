"""The board as a page, and part by part on a screen. It needs no font and no picture from anywhere else.

The page is whole without its script, which only keeps the figures fresh; a screen turns its pages by it.
"""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from services.chassis.values import ZONE
from services.contracts.text import fitted
from services.notify.announcements.domain import Announcement
from services.notify.board.figures import Board, ComingActivity, Place, percent
from services.notify.board.labels import LABELS
from services.notify.board.settings import Office
from services.notify.knowledge.names import Names
from services.notify.shared.calendar import clock, day, moment, month, weekday

HERE = Path(__file__).parent
ASSETS = HERE / "assets"


LOOK_EVERY = 15
"""The script of a page looks for newer figures after so many seconds."""

TURN_AFTER = 20
"""A screen shows its next part after so many seconds."""
AT_ONCE = 8
"""So many announcements are seen at a look; on the page one opens the others, and a screen turns to them."""


class Page:
    """Renders the board in a language, and in its frame the templates of other `folders`. Every value is escaped."""

    def __init__(self, names: Names, offices: Mapping[str, Office], *folders: Path) -> None:
        self._names = names
        self._folders = (HERE / "templates", *folders)
        self._offices = offices
        self._style, self._script = (_fingerprint(ASSETS / name) for name in ("board.css", "board.js"))

    def board(self, board: Board, lang: str, *, large: bool = False) -> str:
        """The page of one community, in large type where asked for."""
        return self.render("board.html.j2", lang, large=large, look_every=LOOK_EVERY, **self._of(board, lang))

    def screen(self, board: Board, lang: str, number: int) -> str:
        """One page of the board for a screen that nobody touches; after the last comes the first."""
        pages = _screens(board)
        at = (number - 1) % len(pages) if pages else 0
        parts, first = pages[at] if pages else ((), 0)
        seen = board.model_copy(update={"announcements": board.announcements[first : first + AT_ONCE]})
        return self.render(
            "screen.html.j2",
            lang,
            parts=[f"parts/{part}.html.j2" for part in parts],
            page=at + 1,
            pages=max(len(pages), 1),
            following=(at + 1) % len(pages) + 1 if pages else 1,
            seconds=TURN_AFTER,
            **self._of(seen, lang),
        )

    def announcement(self, announcement: Announcement, lang: str) -> str:
        """One announcement with its log of edits."""
        return self.render("notice.html.j2", lang, notice=announcement, name=self.name(announcement.community, lang))

    def choice(self, communities: Sequence[str], lang: str) -> str:
        """The page that leads to the board of each community."""
        named = [(code, self._names.community(code, lang)) for code in communities]
        return self.render("choice.html.j2", lang, communities=named)

    def gone(self, lang: str, *, announcement: bool = False) -> str:
        """The page that says that there is no such board, or no such announcement, and leads to the boards that
        there are."""
        return self.render("gone.html.j2", lang, what="announcement" if announcement else "board")

    def _where(self, activity: ComingActivity, lang: str) -> str:
        return where(activity, lang, self._names)

    def _of(self, board: Board, lang: str) -> dict[str, Any]:
        by_building = board.findings.by_building
        return {
            "board": board,
            "name": self._names.community(board.community, lang),
            "office": self._offices.get(board.community),
            "longest": max((b.found for b in by_building), default=1) or 1,
            "at_once": AT_ONCE,
            "left": {b.building.id: b.found - b.put_right for b in by_building if b.building is not None},
        }

    def name(self, community: str, lang: str) -> str:
        """What people call the community."""
        return self._names.community(community, lang)

    def render(self, template: str, lang: str, *, large: bool = False, **values: object) -> str:
        """The page that `template` makes of `values`, in the frame of the board."""
        return self._templates.get_template(template).render(
            lang=lang,
            other="en" if lang == "zh" else "zh",
            t=LABELS[lang],
            style=self._style,
            script=self._script,
            large=large,
            frame=template.partition(".")[0],
            **values,
        )

    @cached_property
    def _templates(self) -> Environment:
        environment = Environment(
            loader=FileSystemLoader(self._folders),
            autoescape=True,
            undefined=StrictUndefined,
            finalize=fitted,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,  # what is shipped does not change while a process runs
        )
        environment.filters.update(
            number=number,
            share=percent,
            moment=moment,
            day=day,
            clock=clock,
            month=month,
            weekday=weekday,
            date=_date,
            place=place_name,
            where=self._where,
            heads=heads,
            on_terms=on_terms,
            work=self._names.work,
        )
        return environment


def _screens(board: Board) -> list[tuple[tuple[str, ...], int]]:
    """What stands together on one page of a screen, and with which announcement its announcements begin; a page without
    content is left out."""
    if board.empty:
        return []
    further = range(AT_ONCE, len(board.announcements), AT_ONCE)
    shown: list[tuple[str, ...]] = [
        ("coverage",) if board.coverage.buildings else (),
        ("buildings", "latest") if board.findings.by_building else (),
        ("waiting",) if board.cases.waiting else (),
        ("activities",) if board.activities else (),
        ("volunteering", "wishes"),
    ]
    first: tuple[str, ...] = ("findings", "announcements")
    return [(first, 0), *((("announcements",), n) for n in further), *((parts, 0) for parts in shown if parts)]


def _fingerprint(file: Path) -> str:
    """A name for the content of `file`: where it changes, browsers fetch it anew."""
    return hashlib.sha256(file.read_bytes()).hexdigest()[:12]


def number(value: int) -> str:
    """The number as people write it: `2,535`."""
    return f"{value:,}"


def heads(count: int | None, lang: str) -> str:
    """A count of people, which is not told where there are few of them."""
    return LABELS[lang]["few"] if count is None else number(count)


def where(activity: ComingActivity, lang: str, names: Names) -> str:
    """The venue of an activity as people call it, and the building that it stands in."""
    entered = (activity.venue_en if lang == "en" else None) or activity.venue_zh
    venue, building = entered or names.venue(activity.venue, lang), place_name(activity.building, lang)
    return venue if building is None or building in venue else f"{venue} · {building}"


def on_terms(activity: ComingActivity, lang: str, at: datetime) -> str:
    """Who may take part in an activity, and until when people register, as of the time `at`."""
    words, said = LABELS[lang], []
    if activity.opens_at is not None and activity.opens_at > at:
        said.append(words["opens"].format(moment=moment(activity.opens_at, lang)))
    elif activity.closes_at > at:
        said.append(words["closes"].format(moment=moment(activity.closes_at, lang)))
    else:
        said.append(words["closed_now"])
    if activity.min_age is not None and activity.max_age is not None:
        said.append(words["ages"].format(least=activity.min_age, most=activity.max_age))
    elif activity.min_age is not None:
        said.append(words["age_from"].format(least=activity.min_age))
    elif activity.max_age is not None:
        said.append(words["age_to"].format(most=activity.max_age))
    if activity.guardian_required:
        said.append(words["guardian"])
    return " · ".join(said)


def place_name(place: Place | None, lang: str) -> str | None:
    """The name of a building: `9号楼`, `Building 9`; None for no building."""
    if place is None:
        return None
    return f"Building {place.number}" if lang == "en" and place.number is not None else place.title


def _date(at: datetime) -> int:
    return at.astimezone(ZONE).day
