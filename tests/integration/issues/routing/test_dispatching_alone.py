"""Routing without a person, on the running service: dispatched once whatever is delivered again, outcomes counted."""

from typing import Any

from services.contracts.event import Event
from services.contracts.issues import CaseDispatched, CaseReported
from services.contracts.topics import ISSUES
from tests.integration.issues.calling import Api
from tests.integration.issues.listening import Record, Running
from tests.integration.issues.routing.dispatching import a_past, handled, reported
from tests.unit.issues.world import HERE, RESIDENT, STAFF
from tests.waiting import eventually


def a_rule(unit: str, **when: Any) -> dict[str, Any]:
    return {"id": "rule-1", "title": "规则", "unit": unit, "when": when}


async def on(api: Api, automatic: str, *rules: dict[str, Any]) -> None:
    answer = await api.put(STAFF, "/routing/rules", {"community": HERE, "rules": list(rules)})
    await api.made(STAFF, "/routing/rules/switch", {"community": HERE, "edition": answer.json["draft"]})
    await api.made(STAFF, "/routing/automatic", {"community": HERE, "automatic": automatic})


async def stands(api: Api, id: str, status: str) -> Any:
    async def look() -> Any:
        case = (await api.get(STAFF, f"/cases/{id}")).json
        return case if case["status"] == status else None

    return await eventually(look)


async def facts(running: Running, id: str, event: type[Event]) -> list[Record]:
    return [
        record
        for record in await running.read(ISSUES.name)
        if record.envelope.aggregate_id == id and record.envelope.type == event.type
    ]


async def test_a_residents_report_is_dispatched_by_a_rule_once_though_the_event_comes_again(running: Running) -> None:
    api = running.api
    past = await a_past(api, 0)
    street = past.units["street"]
    await on(api, "reported", a_rule(street, categories=["parking"]))

    id = await reported(api, past, "车辆乱停堵住路口", "parking")
    case = await stands(api, id, "dispatched")
    assert (case["unit"], case["version"]) == (street, 3)

    async def said() -> list[Record]:
        return await facts(running, id, CaseDispatched)

    [record] = await eventually(said)
    assert record.data is not None
    assert (record.data["routed"]["source"], record.data["routed"]["rule"]) == ("rule", "rule-1")
    [first] = await facts(running, id, CaseReported)
    for _ in range(3):
        await running.publish(ISSUES.name, first.envelope, CaseReported.published().model_validate(first.data))
    marker = await reported(api, past, "又有车辆乱停", "parking")
    await stands(api, marker, "dispatched")
    again = (await api.get(STAFF, f"/cases/{id}")).json
    assert (again["version"], again["status"]) == (3, "dispatched")

    async def kept() -> Any:
        answer = (await api.get(STAFF, f"/cases/{id}/suggestion")).json
        return answer if answer["dispatches"] else None

    suggestion = await eventually(kept)
    assert (suggestion["why"], suggestion["rule"], suggestion["decides"]) == ("rule", "rule-1", "platform")
    assert {reason["condition"] for reason in suggestion["reasons"]} == {"category"}


async def test_a_case_that_nobody_has_filed_waits_for_a_person_where_only_filed_ones_are_dispatched(
    running: Running,
) -> None:
    api = running.api
    past = await a_past(api, 0)
    await on(api, "filed", a_rule(past.units["street"], categories=["parking"]))
    id = await reported(api, past, "车辆乱停", "parking")
    other = await reported(api, past, "灯坏了", "lighting", STAFF)

    async def kept() -> Any:
        answer = (await api.get(STAFF, f"/cases/{id}/suggestion")).json
        return answer if answer["why"] == "rule" else None

    await eventually(kept)
    assert (await api.get(STAFF, f"/cases/{id}")).json["status"] == "reported"
    await api.made(STAFF, f"/cases/{id}/accept", {})
    await stands(api, id, "dispatched")
    assert (await api.get(STAFF, f"/cases/{other}")).json["status"] == "accepted"


async def test_a_returned_case_waits_for_a_person_and_not_for_the_same_unit(running: Running) -> None:
    api = running.api
    past = await a_past(api, 0)
    street = past.units["street"]
    await on(api, "reported", a_rule(street, categories=["parking"]))
    id = await reported(api, past, "车辆乱停", "parking")
    await stands(api, id, "dispatched")
    await api.made(past.handler(street), f"/cases/{id}/return", {"reason": "不归街道"})

    async def kept() -> Any:
        answer = (await api.get(STAFF, f"/cases/{id}/suggestion")).json
        return answer if answer["dispatches"] and answer["dispatches"][-1]["outcome"] == "returned" else None

    await eventually(kept)

    async def moved_on() -> Any:
        answer = (await api.get(STAFF, f"/cases/{id}/suggestion")).json
        return answer if answer["unit"] != street else None

    assert (await eventually(moved_on))["rule"] is None
    assert (await api.get(STAFF, f"/cases/{id}")).json["status"] == "returned"


async def test_accuracy_tells_rules_and_people_apart(running: Running) -> None:
    api = running.api
    past = await a_past(api, 1)
    street, cleaning = past.units["street"], past.units["cleaning"]
    await on(api, "reported", a_rule(street, categories=["parking"]))
    right = await reported(api, past, "车辆乱停", "parking")
    wrong = await reported(api, past, "有车占道", "parking")
    for id in (right, wrong):
        await stands(api, id, "dispatched")
    await handled(api, past, right, street)
    await api.made(past.handler(street), f"/cases/{wrong}/return", {"reason": "不归街道"})
    await api.made(STAFF, f"/cases/{wrong}/dispatch", {"unit": cleaning})

    moved = await reported(api, past, "垃圾没人清运", "waste", STAFF)
    await api.made(STAFF, f"/cases/{moved}/dispatch", {"unit": street})
    await api.made(STAFF, f"/cases/{moved}/reassign", {"unit": cleaning})

    async def counted() -> Any:
        figures = (await api.get(RESIDENT, "/routing/accuracy", community=HERE)).json
        return figures if figures["overall"]["dispatches"] == 10 and figures["overall"]["decided"] == 8 else None

    figures = await eventually(counted)
    overall = figures["overall"]
    assert (overall["cases"], overall["handled"], overall["returned"], overall["reassigned"]) == (8, 6, 1, 1)
    assert overall["accuracy"] == round(6 / 8, 4)
    assert overall["hops"] == round(10 / 8, 4)
    sources = {line["source"]: line for line in figures["sources"]}
    assert (sources["rule"]["dispatches"], sources["rule"]["returned"]) == (2, 1)
    assert sources["rule"]["accuracy"] is None
    assert (sources["person"]["dispatches"], sources["person"]["accuracy"]) == (8, round(5 / 6, 4))


async def test_a_sure_model_dispatches_and_an_unsure_one_leaves_it_to_a_person(running: Running) -> None:
    api = running.api
    past = await a_past(api)
    asked = await api.made(STAFF, "/routing/models", {"community": HERE})

    async def ready() -> Any:
        model = (await api.get(STAFF, f"/routing/models/{asked['id']}")).json
        return model if model["status"] == "ready" else None

    await eventually(ready, within=120)
    await api.made(STAFF, "/routing/model/switch", {"community": HERE, "model": asked["id"]})
    await api.made(STAFF, "/routing/automatic", {"community": HERE, "automatic": "reported", "threshold": 0.6})
    unsure = await reported(api, past, "小区里的人不太开心", "other")
    sure = await reported(api, past, "楼上音响放得太吵睡不着，噪声太大", "other")

    case = await stands(api, sure, "dispatched")
    assert case["unit"] == past.units["street"]

    async def said() -> list[Record]:
        return await facts(running, sure, CaseDispatched)

    [record] = await eventually(said)
    assert record.data is not None
    assert (record.data["routed"]["source"], record.data["routed"]["model"]) == ("model", asked["id"])
    assert record.data["routed"]["confidence"] >= 0.6
    left = (await api.get(STAFF, f"/cases/{unsure}")).json
    assert (left["status"], left["unit"]) == ("reported", None)
    assert (await api.get(STAFF, f"/cases/{unsure}/suggestion")).json["decides"] == "person"
