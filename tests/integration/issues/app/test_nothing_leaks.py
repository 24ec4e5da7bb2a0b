"""No address of the gateway, whoever has made it, tells somebody outside the committee a number that was typed."""

from typing import Any

from services.chassis.principal import Principal, Role
from services.contracts.topics import ISSUES
from tests.integration.issues.calling import Api, a_community
from tests.integration.issues.listening import Running
from tests.unit.issues.world import HANDLER, HERE, NEIGHBOUR, RESIDENT, STAFF, SUPERVISOR, UNIT, person
from tests.waiting import eventually

PHONE, OTHER, NAME = "13812345678", "13987654321", "王某某"
COLLEAGUE = person("handler-7", Role.HANDLER, units=(UNIT.id,))
"""Whoever wrote a remark reads it as it was written; so the one who reads here has written none."""


async def a_life(api: Api) -> str:
    """A case whose every text holds a number, up to its reopening."""
    unit, [building, *_] = await a_community(api, buildings=1)
    body = {
        "community": HERE,
        "category": "noise",
        "place": building,
        "text": f"太吵，打{PHONE}",
        "spot": f"门口{PHONE}",
        "contact": {"phone": OTHER, "name": NAME},
    }
    id = str((await api.made(RESIDENT, "/cases", body))["id"])
    for by, command, content in (
        (STAFF, "accept", {"title": f"噪声，{PHONE}"}),
        (STAFF, "dispatch", {"unit": unit}),
        (COLLEAGUE, "return", {"reason": f"不归我们，问{PHONE}"}),
        (STAFF, "dispatch", {"unit": unit}),
        (COLLEAGUE, "handle", {"note": f"已处理，{OTHER}"}),
        (SUPERVISOR, "verify", {"note": f"回访{PHONE}"}),
        (RESIDENT, "rate", {"rating": 2, "comment": f"不满意，{PHONE}"}),
        (RESIDENT, "reopen", {"reason": f"又吵，{PHONE}"}),
        (STAFF, "dispatch", {"unit": unit}),
    ):
        await api.made(by, f"/cases/{id}/{command}", content)
    return id


async def read_everywhere(api: Api, by: Principal | None, id: str) -> dict[str, str]:
    """What every GET of the service answers to `by`, by its address; the case's id wherever an id is asked for."""
    described = (await api.get(None, "/api/issues/openapi.json")).json
    told: dict[str, str] = {}
    for path, methods in described["paths"].items():
        if "get" not in methods:
            continue
        query: dict[str, Any] = {"community": HERE, "q": "吵", "limit": 50, "jurisdiction_id": HERE}
        answer = await api.get(by, path.replace("{id}", id).replace("{case}", id), **query)
        assert answer.status < 500, (path, answer.json)
        told[path] = answer.content.decode("utf-8", "replace")
    return told


async def test_no_number_leaves_the_committee_at_any_address_or_on_any_topic(running: Running) -> None:
    api = running.api
    id = await a_life(api)

    async def all_told() -> Any:
        facts = [record for record in await running.read(ISSUES.name) if record.envelope.aggregate_id == id]
        return facts if len(facts) >= 10 else None

    await eventually(all_told)
    for by in (None, NEIGHBOUR, HANDLER):
        told = await read_everywhere(api, by, id)
        assert len(told) > 20
        leaks = [
            (path, number)
            for path, content in told.items()
            for number in (PHONE, OTHER)
            if number in content.replace(f'"phone":"{OTHER}"', "") or (by is not HANDLER and number in content)
        ]
        assert leaks == [], by
    sheet = await api.get(STAFF, "/cases.csv", community=HERE)
    assert sheet.status == 200
    for number in (PHONE, OTHER, NAME):
        assert number.encode() not in sheet.content
    for topic in (ISSUES.name, ISSUES.state):
        published = str([record.data for record in await running.read(topic)])
        for trace in (PHONE, OTHER, NAME, "太吵", "又吵"):
            assert trace not in published
