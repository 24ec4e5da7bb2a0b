"""A case that is not for everybody, with words that stand nowhere else, is driven through its whole life; then every
surface, topic and log is searched for it."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from services.chassis.aggregate import derived_id
from services.chassis.principal import Role
from services.contracts.issues import CaseWithheld, CaseWithheldState
from services.contracts.topics import TOPICS
from tests.e2e import surfaces
from tests.e2e.canaries import (
    ISSUES,
    Parish,
    a_category_in_confidence,
    a_parish,
    a_whole_life,
    a_word,
)
from tests.e2e.house import House, environment, running
from tests.e2e.stranger import Record, latest, read_all, read_raw
from tests.waiting import eventually

PARTITIONS = 2
CATALOGUES = ("/categories", "/report", "/catalogues", "/services")
"""Where categories are named by which something may be reported, not what was."""
PLACES = ("/places", "/report", "/board")
"""Where buildings are named whatever happened there."""
FIELDS = {"public", "status", "reported_at", "due_at", "overdue", "handled_at", "closed_at"}


class Kafka:
    """All topics of a house, as a stranger reads them."""

    def __init__(self, bootstrap: str, prefix: str) -> None:
        self._bootstrap = bootstrap
        self._names = [prefix + topic.name + suffix for topic in TOPICS for suffix in ("", ".state", ".dlq")]
        self.facts, self.states = (f"{prefix}community.issues.v1{suffix}" for suffix in ("", ".state"))
        self.notices = f"{prefix}community.notices.v1.state"

    async def of(self, topic: str, key: str) -> list[Record]:
        """The records of one aggregate."""
        return [each for each in await read_all(self._bootstrap, topic, PARTITIONS) if each.key == key]

    async def everything(self) -> list[tuple[str, str, str]]:
        """Key, type, and all that a record holds besides, of every record there is."""
        found = await asyncio.gather(*(read_raw(self._bootstrap, name, PARTITIONS) for name in self._names))
        return [
            (
                each.key.decode(),
                dict(each.headers)["ce_type"].decode(),
                f"{each.headers} {(each.value or b'').decode()}",
            )
            for records in found
            for each in records
        ]

    async def settled(self, case: str) -> list[Record] | None:
        """The states of a case, once they have come as far as its facts."""
        facts, states = await self.of(self.facts, case), await self.of(self.states, case)
        return states if facts and states and states[-1].sequence >= facts[-1].sequence else None


@pytest.fixture
def kafka(kafka_bootstrap: str, topic_prefix: str) -> Kafka:
    return Kafka(kafka_bootstrap, topic_prefix)


async def a_walk(parish: Parish, code: str, word: str) -> tuple[str, str]:
    """A round on which something is found that is not for everybody, and something that is; the round, and the case."""
    walker = parish.house.newcomer("walker", Role.GRID_WORKER)
    planned = {"buildings": [parish.near], "walker": walker.sub, "starts_at": "2024-01-01T00:00:00Z"}
    community = parish.house.community
    round = (await parish.staff.post(f"{ISSUES}/rounds", {"community": community, **planned}))["id"]
    findings = [
        {"id": "kept", "category": code, "title": word, "note": word, "fixed": False},
        {"id": "spot", "category": code, "title": word, "note": word, "fixed": True},
        {"id": "open", "category": "noise", "title": "吵闹", "fixed": True},
    ]
    body = {"id": "v1", "building": parish.near, "floor": 2, "findings": findings}
    visit = await walker.post(f"{ISSUES}/rounds/{round}/visits", body)
    await walker.post(f"{ISSUES}/rounds/{round}/complete")
    return round, next(str(each["case"]) for each in visit["findings"] if each["id"] == "kept")


async def in_company(parish: Parish, case: str, companion: str, word: str) -> str:
    """It is merged, taken apart, made a part and split; the part that was split off."""
    await parish.do(parish.staff, case, "merge", {"into": companion, "reason": word})
    await parish.do(parish.staff, case, "unmerge", {"reason": word})
    await parish.do(parish.staff, case, "adopt", {"parent": companion})
    await parish.do(parish.staff, case, "release")
    part = (await parish.do(parish.staff, case, "children", {"category": "noise", "title": word}))["id"]
    return str(part)


async def test_a_case_in_confidence_is_nowhere(
    mongodb_url: str,
    kafka_bootstrap: str,
    topic_prefix: str,
    database: str,
    tmp_path: Path,
    kafka: Kafka,
    capfd: pytest.CaptureFixture[str],
) -> None:
    variables = environment(mongodb_url, kafka_bootstrap, topic_prefix, database, tmp_path, LOG_LEVEL="INFO")
    async with running(variables) as house:
        word, title, name, code = (a_word() for _ in range(4))
        parish = await a_parish(house)
        await a_category_in_confidence(parish, code, name)
        reporter, supporter = (parish.house.newcomer(w, Role.RESIDENT) for w in ("confider", "friend"))
        companion = await parish.case(parish.staff, "noise", parish.near, title="吵闹")
        before = await surfaces.board(parish.staff, parish.house.community) if await _stands(parish, 1) else ""

        case = await parish.case(reporter, code, parish.far, text=word, spot=word, answers={"how": word})
        await a_whole_life(parish, case, reporter, word, title)
        await parish.staff.post(f"{ISSUES}/cases/{case}/support", {"person": supporter.sub})
        part = await in_company(parish, case, companion, title)
        child = await parish.case(reporter, code, parish.far, text=word, answers={"how": word})
        await parish.do(parish.staff, child, "adopt", {"parent": companion})
        merged = await parish.case(reporter, code, parish.far, text=word, answers={"how": word})
        await parish.do(parish.staff, merged, "merge", {"into": companion, "reason": word})
        private: tuple[str, ...] = (case, part, child, merged)

        async def followed() -> bool:
            asked = {"community": parish.house.community, "q": title}
            found = await parish.staff.get(f"{ISSUES}/search", **asked)
            done = [await kafka.settled(each) for each in private]
            return {each["id"] for each in found["items"]} >= {case} and all(done)

        await eventually(followed, within=60)
        assert title in (await parish.staff.http.get(f"{ISSUES}/cases.csv?community={parish.house.community}")).text

        # to readers the company is as if it had been alone
        seen = await parish.shown(parish.house.newcomer("neighbour", Role.RESIDENT), companion)
        assert (seen["affected"], seen["children"]) == (1, 0)
        assert await surfaces.board(parish.staff, parish.house.community) == before

        round, found = await a_walk(parish, code, title)
        await eventually(lambda: _summed(parish, round), within=60)
        await eventually(lambda: kafka.settled(found), within=60)
        private += (found,)

        readers = await surfaces.outsiders(parish.house, "unit-of-others")
        told = await surfaces.read_everything(
            parish.house, readers, [case, companion, round], q=word, text=word, place=parish.far, bbox="-180,-90,180,90"
        )
        assert len(told) > 100
        assert surfaces.found_in(told, [word, title, reporter.sub, supporter.sub, *private]) == []
        assert surfaces.found_in(told, [name, code], *CATALOGUES) == []
        assert surfaces.found_in(told, [parish.far], *PLACES) == []
        assert parish.far not in await surfaces.board(parish.staff, parish.house.community)

        # the person who reported is erased as well, and what is said of that says nothing of the case
        await reporter.post("/api/notify/v1/me/erasure", {"community": parish.house.community})
        await eventually(lambda: _erased(parish, case), within=60)
        await eventually(lambda: kafka.settled(case), within=60)
        records = await kafka.everything()

    for key, type, content in records:
        assert not any(each in content for each in (word, title, supporter.sub)), content
        assert key in private or not any(each in content for each in private), content
        assert reporter.sub not in content or "person" in type, content
        assert "catalogue" in type or not any(each in content for each in (code, name)), content
        assert ".place." in type or parish.far not in content, content
    keys, visits = {key for key, _, _ in records}, {key for key, type, _ in records if ".visit." in type}
    assert visits
    assert keys.isdisjoint(derived_id("case", visit, "kept") for visit in visits), "where it was found can be tried"
    people = (reporter.sub, supporter.sub)
    assert keys.isdisjoint(derived_id("support", each, person) for each in private for person in people)
    for each in private:
        facts, states = await kafka.of(kafka.facts, each), await kafka.of(kafka.states, each)
        assert {fact.type for fact in facts} == {CaseWithheld.type}
        assert all(fact.data is not None and set(fact.data) == FIELDS and not fact.data["public"] for fact in facts)
        assert {state.type for state in states if state.data is not None} == {CaseWithheldState.type}
        assert latest(states)[0][each] == facts[-1].data
    logs = "".join(capfd.readouterr())
    assert "lease won" in logs
    assert not any(each in logs for each in (word, title, name, supporter.sub))


async def test_what_turns_private_is_forgotten_and_what_turns_public_appears(house: House, kafka: Kafka) -> None:
    parish = await a_parish(house)
    reporter, supporter = (parish.house.newcomer(w, Role.RESIDENT) for w in ("confider", "friend"))
    word, title = a_word(), a_word()
    turning = await parish.case(reporter, "noise", parish.far, text=word)
    part = await parish.case(parish.staff, "noise", parish.far, title=title)
    await parish.do(parish.staff, part, "adopt", {"parent": turning})
    await supporter.post(f"{ISSUES}/cases/{turning}/support")
    assert await _stands(parish, 2)

    await parish.do(parish.staff, turning, "accept", {"category": "hardship", "title": title})
    await eventually(lambda: _reported(parish, 0))
    withheld = await eventually(lambda: _withheld(kafka, [turning, part]), within=60)
    for states in withheld:
        assert set(states[-1].data or {}) == FIELDS
        assert states[-2].data is None, "who knows no withheld cases sees that it is gone"
    await parish.do(parish.staff, turning, "dispatch", {"unit": parish.unit})
    neighbour = parish.house.newcomer("neighbour", Role.RESIDENT)
    for each in (turning, part):
        assert (await neighbour.http.get(f"{ISSUES}/cases/{each}")).status_code == 404
    assert (await parish.shown(reporter, turning))["status"] == "dispatched", "who reported it follows it here"

    shown = await parish.case(reporter, "hardship", parish.far, text=word)
    await parish.do(parish.staff, shown, "accept", {"category": "noise", "title": "吵闹"})
    await parish.do(parish.staff, shown, "dispatch", {"unit": parish.unit})
    await eventually(lambda: _reported(parish, 1))

    async def told() -> list[Any]:
        return (await reporter.get("/api/notify/v1/me/notices"))["items"]  # type: ignore[no-any-return]

    assert [notice["about"] for notice in await eventually(told)] == [shown]
    assert latest(await kafka.of(kafka.states, shown))[0][shown]["reporter"] == reporter.sub


async def test_a_category_that_is_public_no_longer_takes_its_cases_with_it(house: House, kafka: Kafka) -> None:
    parish = await a_parish(house)
    reporter = parish.house.newcomer("reporter", Role.RESIDENT)
    case = await parish.case(reporter, "noise", parish.far)
    await parish.do(parish.staff, case, "accept")
    await parish.do(parish.staff, case, "dispatch", {"unit": parish.unit})

    async def told() -> list[str]:
        return [notice["id"] for notice in (await reporter.get("/api/notify/v1/me/notices"))["items"]]

    [notice] = await eventually(told)
    round, _ = await a_walk(parish, "pets", "狗")
    await eventually(lambda: _summed(parish, round))
    await eventually(lambda: _reported(parish, 2))
    known = (await parish.staff.get(f"{ISSUES}/categories", community=parish.house.community))["items"]
    for code in ("noise", "pets"):
        category = next(each for each in known if each["code"] == code) | {"public": False}
        del category["hours"], category["retired"]
        path = f"{ISSUES}/catalogues/{parish.house.community}/categories/{code}"
        await parish.staff.put(path, {"category": category})
    await eventually(lambda: _withheld(kafka, [case]), within=60)
    await eventually(lambda: _reported(parish, 0))

    async def found_nothing() -> bool:
        board = await parish.staff.get(f"/api/notify/v1/board/{parish.house.community}")
        return not board["findings"]["found"] and not board["coverage"]["latest"][0]["found"]

    async def silent() -> bool:
        states = await kafka.of(kafka.notices, notice)
        return bool(states) and states[-1].data is None

    await eventually(found_nothing)
    await eventually(silent)
    assert await told() == [notice], "who was told keeps what they were told"


async def test_a_hidden_wish_is_nowhere(house: House, kafka: Kafka) -> None:
    parish = await a_parish(house)
    word, better = a_word(), a_word()
    proposer, supporter = (parish.house.newcomer(w, Role.RESIDENT) for w in ("dreamer", "friend"))
    body = {"community": parish.house.community, "title": f"愿望{word}", "text": word}
    wish = (await proposer.post(f"{ISSUES}/wishes", body))["id"]
    await supporter.post(f"{ISSUES}/wishes/{wish}/support")

    async def on_the_board() -> bool:
        return word in await surfaces.board(parish.staff, parish.house.community)

    await eventually(on_the_board)
    early = {key for key, _, content in await kafka.everything() if word in content}
    assert early == {wish}
    facts = len(await kafka.of(kafka.facts, wish))
    await parish.staff.post(f"{ISSUES}/wishes/{wish}/hide", {"reason": word})
    await parish.staff.post(f"{ISSUES}/wishes/{wish}/retitle", {"title": f"愿望{better}"})
    for person in (supporter, proposer):
        await person.post("/api/notify/v1/me/erasure", {"community": parish.house.community})

    async def gone() -> bool:
        states = await kafka.of(kafka.states, wish)
        return states[-1].data is None and states[-1].sequence >= facts + 3 and not await on_the_board()

    await eventually(gone, within=60)
    after = (await kafka.of(kafka.facts, wish))[facts:]
    assert [(fact.type.split(".")[4], fact.data) for fact in after] == [("hidden", {})]
    supports = [
        record for record in await read_all(kafka._bootstrap, kafka.facts, PARTITIONS) if "support." in record.type
    ]
    assert [(record.type.split(".")[4], record.data) for record in supports[1:]] == [("withheld", {})]
    readers = await surfaces.outsiders(parish.house, "unit-of-others")
    told = await surfaces.read_everything(parish.house, readers, [wish], q=word, text=word, bbox="-180,-90,180,90")
    assert surfaces.found_in(told, [word, better, wish, proposer.sub, supporter.sub]) == []


async def _reported(parish: Parish, cases: int) -> bool:
    board = json.loads(await surfaces.board(parish.staff, parish.house.community))
    return bool(board["cases"]["reported"] == cases)


async def _stands(parish: Parish, cases: int) -> bool:
    """Whether the board counts so many cases, waited for."""
    await eventually(lambda: _board_is_up(parish))
    await eventually(lambda: _reported(parish, cases))
    return True


async def _board_is_up(parish: Parish) -> bool:
    return (await parish.staff.http.get(f"/api/notify/v1/board/{parish.house.community}")).status_code == 200


async def _summed(parish: Parish, round: str) -> bool:
    """The round is over, and its public figures are those of the one finding that everybody may know of."""
    seen = await parish.staff.get(f"{ISSUES}/rounds/{round}")
    return seen["status"] == "completed" and seen["summary"] is not None


async def _erased(parish: Parish, case: str) -> bool:
    return (await parish.shown(parish.staff, case))["reporter"] is None


async def _withheld(kafka: Kafka, cases: list[str]) -> list[list[Record]] | None:
    found = [await kafka.of(kafka.states, case) for case in cases]
    return found if all(states and states[-1].type == CaseWithheldState.type for states in found) else None
