"""`python -m deploy.local.seed --url http://127.0.0.1:8080`: loads the demo data; run again, it doubles nothing.

The development issuer's key is the services' own: the one that AUTH_DEVELOPMENT_KEY names.
"""

import argparse
import asyncio
import os
import signal
import sys
import time
from collections.abc import Awaitable
from typing import Any, TypeVar

from deploy.local.seed import activities, board, care, cases, places, rounds, volunteers, wishes
from deploy.local.seed.api import COMMUNITY, Api
from deploy.local.seed.needs import staff_activities
from deploy.local.trouble import Trouble
from services.chassis.auth.development import DevelopmentIssuer, NotInProduction
from services.chassis.settings.service_settings import AuthSettings, SettingsError, read_settings

T = TypeVar("T")

_SERVICES = ("issues", "volunteers", "events", "notify")
_READY = 10.0
"""Seconds; whoever starts the services waits for them longer."""


class Load:
    """One loading, and what it tells while it goes on."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._began = time.monotonic()

    async def run(self) -> None:
        """Load everything, until the board shows it.

        Raises:
            Trouble: something was refused, or doesn't come about.
        """
        await self._ready()
        minutes = await board.in_ledger(self._api)
        ground = await places.prepare(self._api)
        self._say(f"{len(ground.buildings)} buildings, {len(ground.units)} kinds of partner units")
        *_, given = await asyncio.gather(
            self._rounds(ground),
            self._told("reports by residents", cases.report(self._api, ground)),
            self._told("wishes", wishes.wish(self._api)),
            self._volunteering(ground),
        )
        for line in board.summary(await board.shown(self._api, minutes + given)):
            self._say(line)
        self._say(f"loaded: {self._api.url}/board/{COMMUNITY}")

    async def _ready(self) -> None:
        for name in _SERVICES:
            answer = await self._api.send("GET", f"/api/{name}/readyz", patience=_READY)
            if not answer.is_success:
                raise Trouble(f"{name} isn't ready at {self._api.url}: see its log, then load again.")

    async def _rounds(self, ground: places.Ground) -> None:
        walked = await rounds.walk(self._api, ground)
        floors = sum(round["floors_visited"] for round in walked)
        self._say(f"{len(walked)} rounds, {floors} floors, {sum(round['findings'] for round in walked)} findings")
        await self._told("findings handed over and put right", cases.put_right(self._api, ground, walked))

    async def _volunteering(self, ground: places.Ground) -> int:
        """The minutes that volunteers have given now."""
        await self._told("volunteers", volunteers.register(self._api, ground))
        given, *_ = await asyncio.gather(
            self._care_and_today(ground),
            self._told("teams", volunteers.form_teams(self._api)),
            self._activities(),
        )
        return given

    async def _care_and_today(self, ground: places.Ground) -> int:
        visits = await care.agree(self._api, ground)
        self._say(f"{len(visits)} care plans, a volunteer for each")
        return sum(
            await asyncio.gather(
                self._told("minutes of today's helpers", activities.hold_today(self._api)),
                self._told("minutes of visits, confirmed", care.serve(self._api, visits)),
            )
        )

    async def _activities(self) -> None:
        ahead = await activities.schedule(self._api)
        self._say(f"{len(ahead)} activities ahead")
        missing = await staff_activities(self._api, set(ahead))
        self._say(f"{missing} of them still look for volunteers" if missing else "volunteers wherever they are needed")

    async def _told(self, what: str, work: Awaitable[int]) -> int:
        count = await work
        self._say(f"{count} {what}")
        return count

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
