"""The story's time: scenes, one after another, on the clock that the services follow; and how far it has come.

What has been told stands beside the clock, so that a story that was broken off goes on where it was, on the same dates.
"""

import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from deploy.local.seed import calendar
from deploy.local.trouble import Trouble
from services.chassis.clock import begin, catch_up, move, utc_now

WEEKS = 5
_LASTS = timedelta(minutes=10)
"""A scene that was broken off is taken up so long after its beginning, at the most."""


@dataclass(frozen=True)
class Scene:
    """What happens at a time."""

    at: datetime
    play: Callable[[], Awaitable[Any]]


class Story:
    """A story of the weeks before `today`, told on the clock at `path`."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._notes = path.with_name(f"{path.name}.story")

    @property
    def begun(self) -> bool:
        return self._notes.exists()

    @property
    def over(self) -> bool:
        """Whether all of it has been told."""
        return self.begun and bool(self._read()["over"])

    @property
    def today(self) -> date:
        """The day on which it ends: the present one when it began."""
        return date.fromisoformat(self._read()["today"])

    @property
    def first(self) -> date:
        return self.today - timedelta(weeks=WEEKS)

    def begin(self) -> None:
        """It is the morning of the first day."""
        today = utc_now().astimezone(calendar.ZONE).date()
        begin(self._path, calendar.at(today - timedelta(weeks=WEEKS), "08:30"))
        self._write(today=today.isoformat(), told=0, at=None, over=False)

    def resume(self) -> None:
        """Before services start again: it is as late as it was when the story was broken off."""
        if self.begun and not self.over and (at := self._read()["at"]) is not None:
            begin(self._path, datetime.fromisoformat(at) + _LASTS)

    async def tell(self, scenes: Sequence[Scene]) -> None:
        """Play what wasn't played yet, each scene at its time; then it is the present."""
        ordered = sorted(scenes, key=lambda scene: scene.at)
        for nth in range(self._read()["told"], len(ordered)):
            scene = ordered[nth]
            if scene.at > calendar.now():
                self._write(at=scene.at.isoformat())
                move(self._path, scene.at)
            await scene.play()
            self._write(told=nth + 1)
        self.end()

    def end(self) -> None:
        """It is the present."""
        catch_up(self._path)
        self._write(over=True)

    def _read(self) -> dict[str, Any]:
        try:
            notes: dict[str, Any] = json.loads(self._notes.read_text("utf-8"))
        except ValueError:
            raise Trouble(f"{self._notes} can't be read: `make demo-reset`, then load again.") from None
        return notes

    def _write(self, **changes: Any) -> None:
        notes = {**(self._read() if self.begun else {}), **changes}
        fresh = self._notes.with_name(f".{self._notes.name}")
        fresh.write_text(json.dumps(notes), "utf-8")
        fresh.replace(self._notes)
