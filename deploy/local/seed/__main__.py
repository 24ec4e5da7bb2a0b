"""`python -m deploy.local.seed --url http://127.0.0.1:8080`: loads the demo data; run again, it doubles nothing.

The development issuer's key is the services' own: the one that AUTH_DEVELOPMENT_KEY names.
"""

import argparse
import asyncio
import os
import signal
import sys
import time
from typing import Any

from deploy.local.seed import activities, board, calendar, places
from deploy.local.seed.api import COMMUNITY, Api, Refused
from deploy.local.seed.needs import find_volunteers
from deploy.local.seed.scenes import scenes
from deploy.local.seed.story import Story
from deploy.local.trouble import Trouble
from services.chassis.auth.development import DevelopmentIssuer, NotInProduction
from services.chassis.settings.service_settings import AuthSettings, SettingsError, read_settings

_SERVICES = ("issues", "volunteers", "events", "notify")
_READY = 10.0
"""Seconds; whoever starts the services waits for them longer."""


class Load:
    """One loading, and what it tells while it goes on."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._began = time.monotonic()

    async def run(self) -> None:
        """Tell the story if it wasn't told, until the board shows it; then see to what lies ahead.

        Raises:
            Trouble: something was refused, or doesn't come about.
        """
        await self._ready()
        clock = calendar.clock_file()
        story = None if clock is None else Story(clock)
        if not await places.are_known(self._api):
            if story is None:
                raise Trouble(
                    "The demo data is a story of five weeks: it needs a clock that services and loader follow. "
                    "Name a file in DEVELOPMENT_CLOCK, for both, as `make demo` does."
                )
            if not story.begun:
                story.begin()
        if story is not None and story.begun and not story.over:
            await self._tell(story)
            shown = await board.shown(self._api)
        else:
            shown = await board.read(self._api)
        await self._look_ahead()
        for line in board.summary(shown):
            self._say(line)
        self._say(f"loaded: {self._api.url}/board/{COMMUNITY}")

    async def _ready(self) -> None:
        for name in _SERVICES:
            answer = await self._api.send("GET", f"/api/{name}/readyz", patience=_READY)
            if not answer.is_success:
                raise Trouble(f"{name} isn't ready at {self._api.url}: see its log, then load again.")

    async def _tell(self, story: Story) -> None:
        ground = await places.prepare(self._api)
        self._say(f"{len(ground.buildings)} buildings, {len(ground.units)} kinds of partner units")
        await story.tell(scenes(self._api, ground, story, self._say))

    async def _look_ahead(self) -> None:
        """What has been ended, left or cancelled by people stays so; what is refused for that is no trouble."""
        try:
            missing = await find_volunteers(self._api, set(await activities.top_up(self._api)))
        except Refused as refusal:
            self._say(f"not topped up: {refusal}")
        else:
            self._say(f"{missing} of what is near still look for volunteers" if missing else "volunteers for all of it")

    def _say(self, text: str) -> None:
        print(f"  [{time.monotonic() - self._began:5.1f} s] {text}", flush=True)


async def _load(url: str) -> None:
    issuer = DevelopmentIssuer(read_settings(AuthSettings))
    async with Api(url, issuer) as api:
        await Load(api).run()


def _ended(*_: Any) -> None:
    sys.exit(143)


def main() -> int:
    """The command. What goes wrong is told in one sentence."""
    parser = argparse.ArgumentParser(prog="python -m deploy.local.seed", description=__doc__)
    parser.add_argument(
        "--url",
        default=os.environ.get("PUBLIC_URL") or "http://127.0.0.1:8080",
        help="where the services are (PUBLIC_URL)",
    )
    arguments = parser.parse_args()
    signal.signal(signal.SIGTERM, _ended)
    try:
        asyncio.run(_load(arguments.url.rstrip("/")))
    except (Trouble, NotInProduction, SettingsError) as trouble:
        print(trouble, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
