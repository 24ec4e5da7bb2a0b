"""The board as a page. It is rendered here, and needs no script, and no font or picture from anywhere else."""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from functools import cached_property
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from services.chassis.values import ZONE
from services.contracts.text import fitted
from services.notify.board.figures import Board, Place, percent
from services.notify.board.labels import LABELS
from services.notify.knowledge.names import Names
from services.notify.shared.calendar import clock, day, moment, month, weekday

HERE = Path(__file__).parent
ASSETS = HERE / "assets"


class Page:
    """Renders the board in a language. Every value is escaped."""

    def __init__(self, names: Names) -> None:
        self._names = names
        self._style = hashlib.sha256((ASSETS / "board.css").read_bytes()).hexdigest()[:12]

    def board(self, board: Board, lang: str) -> str:
        """The page of one community."""
        return self._templates.get_template("board.html.j2").render(
            board=board,
            name=self._names.community(board.community, lang),
            longest=max((b.found for b in board.findings.by_building), default=1) or 1,
            **self._common(lang),
        )

    def choice(self, communities: Sequence[str], lang: str) -> str:
        """The page that leads to the board of each community."""
        named = [(code, self._names.community(code, lang)) for code in communities]
        return self._templates.get_template("choice.html.j2").render(communities=named, **self._common(lang))

    def _common(self, lang: str) -> dict[str, object]:
        return {"lang": lang, "other": "en" if lang == "zh" else "zh", "t": LABELS[lang], "style": self._style}

    @cached_property
    def _templates(self) -> Environment:
        environment = Environment(
            loader=FileSystemLoader(HERE / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            finalize=fitted,
            trim_blocks=True,
            lstrip_blocks=True,
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
            venue=self._names.venue,
            work=self._names.work,
        )
        return environment


def number(value: int) -> str:
    """The number as people write it: `2,535`."""
    return f"{value:,}"


def place_name(place: Place | None, lang: str) -> str | None:
    """The name of a building: `9号楼`, `Building 9`; None for no building."""
    if place is None:
        return None
    return f"Building {place.number}" if lang == "en" and place.number is not None else place.title


def _date(at: datetime) -> int:
    return at.astimezone(ZONE).day
