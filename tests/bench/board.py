"""The notice board over HTTP, beside rendering the same template from a prepared dict; and what a phone is sent.

The process is warm: it has rendered other boards, and counts boards that have changed in the background, as it does
when it runs. `first` is the first look at a board; `changed` is the first look after something of it has changed and
the five seconds for which figures are kept are over; `kept` is a look within them. What a count takes in the background
is told beside it. `BOARD_CASES` scales the community: 2,000 cases, 20 buildings and 200 visits unless it is said.
"""

import asyncio
import os
import statistics
import time
from datetime import datetime, timedelta

from httpx import ASGITransport, AsyncClient

from services.chassis.auth.build import verifier_of
from services.chassis.clock import utc_now
from services.chassis.http.app import create_app
from services.chassis.store.mongo import Database, Document
from services.chassis.telemetry.metrics import Metrics
from services.notify.app import service
from services.notify.board.counting import count_board
from services.notify.board.page import Page
from services.notify.board.store import COPIES
from tests.bench.ground import Figure, Servers, database
from tests.bench.notify import HERE, opened

CASES = int(os.environ.get("BOARD_CASES", "2000"))
LOOKS = 40
COUNTS = 9
CHANGES = 5
REST = 1.0
"""Seconds beside the time for which figures are kept, in which a board is counted on a machine that has more to do."""


async def run(servers: Servers) -> list[Figure | str]:
    """Milliseconds a look, and kilobytes."""
    async with database(servers) as kept:
        parts = await opened(kept, servers)
        settings = parts.runtime.settings
        communities = [f"{HERE}{n}" for n in range(LOOKS + 1)]
        for community in communities:
            await _fill(kept, community, CASES if community == communities[0] else CASES // 20)
        routers = [router for room in parts.rooms for router in room.routers]
        app = create_app(
            service.name, service.title, settings, routers, verifier=verifier_of(settings), metrics=Metrics()
        )
        page = Page(settings.names, settings.offices)
        counts = []
        for _ in range(COUNTS):
            began = time.perf_counter()
            board = await count_board(kept, communities[0], utc_now())
            counts.append((time.perf_counter() - began) * 1000)
        prepared = board.model_dump()
        (room,) = (room for room in parts.rooms if room.name == "board")
        running = [asyncio.ensure_future(task()) for task in room.tasks]
        async with AsyncClient(transport=ASGITransport(app), base_url="http://board") as http:
            await http.get(f"/board/{communities[-1]}")
            await asyncio.sleep(2 * settings.board_seconds + LOOKS * REST)
            again, rendered, others, changed = [], [], [], []
            for community in communities[:-1]:
                others.append(await _once(http, community))
                again.append(await _once(http, communities[0]))
                began = time.perf_counter()
                page.board(board.model_validate(prepared), "zh")
                rendered.append((time.perf_counter() - began) * 1000)
            for n in range(CHANGES):
                case = {"_id": f"{communities[0]}-cases-{n}"}
                await kept[COPIES["cases"]].update_one(case, {"$set": {"seq": 2, "state.status": "evaluated"}})
                await asyncio.sleep(settings.board_seconds + REST)
                changed.append(await _once(http, communities[0]))
            weights = [
                len((await http.get(path)).content)
                for path in (
                    f"/board/{communities[0]}",
                    *(f"/board/assets/{name}" for name in ("board.css", "board.js", "sun.svg")),
                )
            ]
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
    floor = statistics.median(rendered)
    return [
        Figure(f"board: first look, {CASES:,} cases", floor, others[0], "ms", most=2),
        Figure(f"board: first look, {CASES // 20:,} cases", floor, statistics.median(others[1:]), "ms", most=2),
        Figure(f"board: changed, {CASES:,} cases", floor, statistics.median(changed), "ms", most=2),
        Figure("board: figures kept", floor, statistics.median(again), "ms", most=2),
        f"{f'board: a count in the background, {CASES:,} cases':<46}{statistics.median(counts):>11.1f} ms",
        f"{'board: page, style, script and picture':<46}{sum(weights) / 1024:>11.1f} kB (bar: 150)",
    ]


async def _once(http: AsyncClient, community: str) -> float:
    began = time.perf_counter()
    answer = await http.get(f"/board/{community}")
    took = (time.perf_counter() - began) * 1000
    if answer.status_code != 200:
        raise RuntimeError(answer.text)
    return took


async def _fill(kept: Database, community: str, cases: int) -> None:
    now = utc_now()
    houses = [f"{community}-place-{n}" for n in range(20)]
    states: dict[str, list[Document]] = {
        "places": [{"kind": "building", "title": f"{n + 1}号楼", "number": n + 1} for n in range(20)],
        "cases": [
            {
                "category": "lighting",
                "category_zh": "公共照明",
                "category_en": "Lighting",
                "channel": "round" if n % 3 else "resident",
                "title": "楼道灯不亮",
                "place": houses[n % 20],
                "building": houses[n % 20],
                "status": "verified" if n % 10 else "dispatched",
                "on_the_spot": False,
                "overdue": n % 50 == 0,
                "reported_at": _text(now, n),
                "due_at": _text(now, n),
                "closed_at": _text(now, n) if n % 10 else None,
            }
            for n in range(cases)
        ],
        "visits": [
            {"building": houses[n % 20], "findings": [{"id": f"f-{n}-{k}", "fixed": bool(k)} for k in range(4)]}
            for n in range(max(cases // 10, 1))
        ],
        "wishes": [
            {"title": f"心愿 {n}", "supporters": n, "status": "open", "proposed_at": _text(now, n)} for n in range(30)
        ],
        "teams": [{"title": f"队伍 {n}", "members": n + 5} for n in range(13)],
        "accounts": [{"minutes": 60 * n} for n in range(100)],
        "activities": [
            {
                "title": f"活动 {n}",
                "kind": "class",
                "status": "scheduled",
                "starts_at": _text(now, -n - 1),
                "ends_at": _text(now, -n - 2),
                "venue": "plaza",
                "capacity": 20,
                "taken": 8,
                "waiting": 0,
                "volunteers_needed": 2,
                "volunteers": [],
                "guardian_required": False,
            }
            for n in range(30)
        ],
    }
    for name, rows in states.items():
        documents = [
            {"_id": houses[n] if name == "places" else f"{community}-{name}-{n}", "community": community, "seq": 1}
            | {"state": state}
            for n, state in enumerate(rows)
        ]
        await kept[COPIES[name]].insert_many(documents)


def _text(now: datetime, hours: int) -> str:
    """So many hours before `now`, as copies hold a time."""
    return (now - timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M:%SZ")
