"""Somebody who has done everything is erased in the middle of traffic: then nothing anywhere leads to them."""

import asyncio
from contextlib import suppress
from pathlib import Path

from services.contracts.topics import TOPICS
from tests.e2e.forgetting import CANARIES, SECRETS, Life, everything_told, found_in, settled, traces
from tests.e2e.house import environment, running
from tests.e2e.stranger import Record, read_all
from tests.waiting import eventually

PARTITIONS = 2


async def _goes_on(life: Life, stop: asyncio.Event) -> int:
    """Person and neighbour go on doing things; each answer is one that the rules have. Returns how many came late."""
    n = late = 0
    while not stop.is_set():
        n += 1
        for (path, body), (_, others) in zip(life.attempts(f"{CANARIES[0]}第{n}次"), life.attempts("树"), strict=True):
            answer = await life.person.http.post(path, json=body)
            assert answer.status_code < 500, (path, answer.text)
            late += answer.status_code == 409 and answer.json()["code"] == "person.erased"
            theirs = await life.neighbour.http.post(path, json=others)
            assert theirs.status_code < 500, (path, theirs.text)
    return late


async def test_nothing_leads_to_who_was_erased(
    mongodb_url: str, kafka_bootstrap: str, topic_prefix: str, database: str, tmp_path: Path
) -> None:
    log = tmp_path / "log.txt"

    async def read(suffix: str) -> list[Record]:
        names = [topic_prefix + topic.name + suffix for topic in TOPICS]
        parts = 1 if suffix == ".dlq" else PARTITIONS
        found = await asyncio.gather(*(read_all(kafka_bootstrap, name, parts) for name in names))
        return [record for records in found for record in records]

    variables = environment(mongodb_url, kafka_bootstrap, topic_prefix, database, tmp_path, LOG_LEVEL="INFO")
    async with running(variables, log=log) as house:
        life = await Life.begin(house)
        await life.live()
        await everything_told(life)
        assert await traces(mongodb_url, database, life) != []

        stop = asyncio.Event()
        traffic = asyncio.create_task(_goes_on(life, stop))
        await life.person.post("/api/notify/v1/me/erasure", {"community": house.community})

        async def erased() -> bool:
            return bool((await life.person.get("/api/notify/v1/me"))["status"] == "erased")

        await eventually(erased, within=90)
        stop.set()
        assert await traffic > 0

        async def gone() -> bool:
            return await settled(mongodb_url, database) and await traces(mongodb_url, database, life) == []

        with suppress(TimeoutError):
            await eventually(gone, within=60, every=0.5)
        assert await traces(mongodb_url, database, life) == []
        before = {(record.type, record.key, record.sequence) for record in await read("")}
        answers = [await life.person.http.post(path, json=body) for path, body in life.attempts(CANARIES[0])]
        assert [answer.text for answer in answers if answer.status_code not in (200, 404, 409)] == []
        refused = [answer for answer in answers if answer.json().get("code") == "person.erased"]
        assert len(refused) >= 6, "what would write something is refused; what would not may be answered"
        noise = {"community": house.community, "category": "noise", "place": life.building, "text": "又吵"}
        await life.neighbour.post("/api/issues/v1/cases", noise)
        await eventually(lambda: settled(mongodb_url, database), within=60)
        assert await traces(mongodb_url, database, life) == []

        facts, states, letters = await read(""), await read(".state"), await read(".dlq")
        later = [r for r in facts if (r.type, r.key, r.sequence) not in before]
        assert later != []
        latest = {(record.type, record.key): record for record in states}
        wanted = (life.person.sub, *SECRETS)
        assert [(r.type, found_in(r.data, wanted)) for r in latest.values() if found_in(r.data, wanted)] == []
        assert [r.type for r in later if found_in(r.data, wanted)] == []
        assert [r.type for r in facts if found_in(r.data, SECRETS) and "wish.proposed" not in r.type] == []
        assert letters == []
        for hand in (life.staff, life.supervisor):
            for path in ("/api/issues/v1/cases.csv", "/api/issues/v1/cases", "/api/issues/v1/wishes"):
                shown = await hand.http.get(path, params={"community": house.community})
                assert found_in(shown.text, wanted) == [], path
            for case in ("case", "nameless"):
                for more in ("", "/history"):
                    shown = await hand.http.get(f"/api/issues/v1/cases/{life.made[case]}{more}")
                    assert shown.status_code == 200
                    assert found_in(shown.text, wanted) == [], (case, more)
            looked = await hand.http.get(
                "/api/issues/v1/search", params={"community": house.community, "q": SECRETS[0]}
            )
            assert life.made["case"] not in looked.text
        board = await life.staff.http.get(f"/api/notify/v1/board/{house.community}")
        assert found_in(board.text, wanted) == []
    said = log.read_text(encoding="utf-8", errors="replace")
    assert [word for word in SECRETS if word in said] == []
