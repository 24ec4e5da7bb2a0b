"""Who begins at `.state` and goes on with the facts ends with the state of one who read every fact from the start."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from services.contracts.declared import declarations
from services.contracts.event import events
from services.contracts.topics import TOPICS
from tests.e2e import threads
from tests.e2e.house import environment, running
from tests.e2e.stranger import Record, folded, latest, read_all
from tests.waiting import eventually

PARTITIONS = 2


def _fields() -> dict[str, set[str]]:
    declarations()
    return {type: set(event.state.model_fields) for type, event in events().items() if event.state is not None}


async def test_state_then_facts_is_all_facts(
    mongodb_url: str, kafka_bootstrap: str, topic_prefix: str, database: str, tmp_path: Path
) -> None:
    async def read(suffix: str) -> dict[str, list[Record]]:
        names = [topic_prefix + topic.name for topic in TOPICS]
        found = await asyncio.gather(*(read_all(kafka_bootstrap, name + suffix, PARTITIONS) for name in names))
        return dict(zip(names, found, strict=True))

    read_at_last: dict[str, dict[str, list[Record]]] = {}

    async def settled() -> bool:
        before = await read("")
        facts, states = await read(""), await read(".state")
        if {t: len(r) for t, r in facts.items()} != {t: len(r) for t, r in before.items()}:
            return False
        newest = {(t, r.key): r.sequence for t, records in facts.items() for r in records}
        shown = {(t, key): n for t, records in states.items() for key, n in latest(records)[1].items()}
        read_at_last.update(facts=facts, states=states)
        return shown.keys() <= newest.keys() and all(shown.get(place, n) >= n for place, n in newest.items())

    variables = environment(mongodb_url, kafka_bootstrap, topic_prefix, database, tmp_path)
    async with running(variables) as house:
        await threads.a_finding_is_put_right(house)
        await threads.a_hardship_is_looked_into(replace(house, community="pingan"))
        early = await read(".state")
        await threads.a_hardship_is_looked_into(replace(house, community="anning"))
        await threads.an_activity_is_attended(replace(house, community="heping"))
        await eventually(settled, within=60)
    facts, late = read_at_last["facts"], read_at_last["states"]
    for topic, records in facts.items():
        from_start = folded(records, _fields(), {}, {})
        from_state = folded(records, _fields(), *latest(early[topic]))
        at_the_end, _ = latest(late[topic])
        shown = from_start.keys() & at_the_end.keys()
        assert shown == at_the_end.keys(), f"{topic}: a state without facts"
        for key in shown:
            assert from_start[key] == at_the_end[key] == from_state[key], f"{topic}: {key}"
        assert shown or topic.endswith("notices.v1"), f"{topic}: nothing was compared"


@pytest.mark.parametrize("gap", [1, 2])
def test_the_comparison_sees_a_fact_that_is_missing(gap: int) -> None:
    one = Record("a", "t", 1, {"n": 1, "m": 1})
    rest = [Record("a", "t", 2, {"n": 2}), Record("a", "t", 3, {"m": 3})]
    whole = folded([one, *rest], {"t": {"n", "m"}}, {}, {})
    assert folded([one, *rest[: gap - 1], *rest[gap:]], {"t": {"n", "m"}}, {}, {}) != whole
