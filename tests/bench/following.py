"""How far reading is behind while a replica takes all the commands that it can, and twice as many: `following`.

The load is that of `http`, for a minute each. Every half second the service says what it measures
itself (`/metrics`), and a stranger asks the list and the figures for what was reported: how long ago was the state that
they show the true one? Shown beside the bound; the floor of the first line is how far the measure itself was.
"""

import asyncio
import os
import time
import uuid

import httpx

from services.chassis.store import mongo
from tests.bench.ground import Figure, Servers, topics
from tests.bench.http import BASE, COMMUNITY, CONNECTIONS, Side, a_community, a_token, load_for, running_service

SECONDS = int(os.environ.get("FOLLOWING_SECONDS", "60"))
BOUND = 5.0
_EVERY = 0.5


async def run(servers: Servers) -> list[Figure]:
    """Seconds."""
    name = f"bench_{uuid.uuid4().hex[:8]}"
    client = mongo.connect(servers.mongodb, application="bench")
    figures: list[Figure] = []
    try:
        async with topics(servers) as prefix, running_service(servers, prefix, name) as (port, environment):
            body, token = await a_community(port, environment)
            store = mongo.database(client, f"{name}_issues")
            staff = await a_token(environment, "staff")
            for times in (1, 2):
                side = Side(port, token, f"{name}_issues")
                load = asyncio.create_task(load_for(side, [BASE + b"/cases " + body], SECONDS, CONNECTIONS * times))
                watch = Watch(store, port, staff)
                await watch.until(load)
                what = f"{CONNECTIONS * times} connections, {load.result():,.0f} req/s"
                figures.append(Figure(f"behind, {what}: as measured", BOUND, max(watch.measured), "s", most=1.0))
                figures.append(Figure(f"behind, {what}: the list", BOUND, max(watch.of_list), "s", most=1.0))
                figures.append(Figure(f"behind, {what}: figures", BOUND, max(watch.of_figures), "s", most=1.0))
    finally:
        await client.drop_database(f"{name}_issues")
        client.close()
    return figures


class Watch:
    """Looks at what readers see, and remembers when the store had as many cases as they see now."""

    def __init__(self, store: mongo.Database, port: int, staff: str) -> None:
        self.measured: list[float] = [0.0]
        self.of_list: list[float] = [0.0]
        self.of_figures: list[float] = [0.0]
        self._cases = store["cases"]
        self._rows = store["case_rows"]
        self._url = f"http://127.0.0.1:{port}"
        self._headers = {"Authorization": f"Bearer {staff}"}
        self._stood: list[tuple[float, int]] = []

    async def until(self, load: "asyncio.Task[float]") -> None:
        """Watch while the load goes on and until reading has caught up."""
        async with httpx.AsyncClient(base_url=self._url, headers=self._headers, timeout=30) as http:
            while not load.done():
                await asyncio.gather(self._look(http), asyncio.sleep(_EVERY))
        await load

    async def _look(self, http: httpx.AsyncClient) -> None:
        self._stood.append((time.monotonic(), await self._cases.estimated_document_count()))
        rows = await self._rows.count_documents({"community": COMMUNITY, "seq": {"$gt": 0}})
        answer = (await http.get("/api/issues/v1/kpis", params={"community": COMMUNITY})).raise_for_status().json()
        counted = max((figure["sample"] for line in answer["lines"] for figure in line["figures"]), default=0)
        page = (await http.get("/metrics")).text
        told = [line for line in page.splitlines() if line.startswith("community_reading_behind_seconds ")]
        self.measured.append(float(told[0].split()[1]))
        self.of_list.append(self._age(rows))
        self.of_figures.append(self._age(counted))

    def _age(self, seen: int) -> float:
        """How long ago the store had more cases than readers see."""
        since = next((moment for moment, count in self._stood if count > seen), None)
        return 0.0 if since is None else time.monotonic() - since
