"""Routing over HTTP on a real store: rules, a model from the committee's own cases, rehearsals that change nothing."""

from typing import Any

import pytest

from services.chassis.clock import utc_now
from services.chassis.store.mongo import Database
from services.issues.catalogue.residential import RESIDENTIAL
from services.issues.routing.suggester import Known, Suggester
from services.issues.routing.sweeps import Rehearsing
from tests.integration.issues.calling import Api
from tests.integration.issues.kept import Kept
from tests.integration.issues.routing.dispatching import Past, a_past, handled, reported, taught
from tests.unit.issues.world import HERE, NEIGHBOUR, RESIDENT, STAFF, STRANGER, SUPERVISOR

SINCE, UNTIL = "2024-01-01T00:00:00Z", "2024-12-31T00:00:00Z"


def suggester(store: Kept) -> Suggester:
    return Suggester(store.routing, Known(store.units, store.places, store.catalogues), store.clocks)


def a_rule(unit: str, id: str = "rule-1", order: int = 100, **when: Any) -> dict[str, Any]:
    return {"id": id, "title": "规则", "order": order, "unit": unit, "when": when}


async def drafted(api: Api, *rules: dict[str, Any]) -> Any:
    answer = await api.put(STAFF, "/routing/rules", {"community": HERE, "rules": list(rules)})
    assert answer.status == 200, answer.json
    return answer.json


async def switched_on(api: Api, *rules: dict[str, Any]) -> None:
    draft = (await drafted(api, *rules))["draft"]
    await api.made(STAFF, "/routing/rules/switch", {"community": HERE, "edition": draft})


async def everything(db: Database) -> dict[str, list[Any]]:
    """All that is kept, but for the rehearsals."""
    names = sorted(set(await db.list_collection_names()) - {"rehearsals"})
    return {name: await db[name].find().sort("_id", 1).to_list(None) for name in names}


async def test_rules_are_drafted_switched_on_as_drafted_and_off_again(api: Api) -> None:
    past = await a_past(api, 0)
    unset = await api.get(STAFF, "/routing", community=HERE)
    assert (unset.json["edition"], unset.json["automatic"], unset.json["threshold"]) == (0, "off", 0.4)

    first = await drafted(api, a_rule(past.units["street"], categories=["parking"]))
    assert (first["draft"], first["edition"], first["rules"]) == (1, 0, [])
    called = {unit["id"]: unit["title"] for unit in (await api.get(STAFF, "/units", community=HERE)).json["items"]}
    assert first["names"]["units"] == {past.units["street"]: called[past.units["street"]]}
    assert first["names"]["categories"] == {"parking": RESIDENTIAL.category("parking").en}
    again = await drafted(api, a_rule(past.units["street"], categories=["parking"]))
    assert again["draft"] == 1

    wrong = await api.post(STAFF, "/routing/rules/switch", {"community": HERE, "edition": 2})
    assert (wrong.status, wrong.code) == (409, "routing.not-that-draft")
    on = await api.made(STAFF, "/routing/rules/switch", {"community": HERE, "edition": 1})
    assert (on["edition"], len(on["rules"])) == (1, 1)
    later = await drafted(api, a_rule(past.units["property"], categories=["parking"]))
    assert (later["draft"], later["edition"], later["rules"]) == (2, 1, on["rules"])
    assert later["names"]["units"].keys() == {past.units["street"], past.units["property"]}
    read = (await api.get(STAFF, "/routing", community=HERE)).json
    assert read["names"] == later["names"]
    off = await api.made(STAFF, "/routing/rules/switch", {"community": HERE, "edition": None})
    assert (off["edition"], off["rules"]) == (0, [])


async def test_of_two_who_edit_the_rules_one_is_told_to_look_again(api: Api) -> None:
    past = await a_past(api, 0)
    await drafted(api, a_rule(past.units["street"]))
    seen = (await api.get(STAFF, "/routing", community=HERE)).headers["etag"]
    body = {"community": HERE, "rules": []}
    assert (await api.put(STAFF, "/routing/rules", body, {"If-Match": seen})).status == 200
    stale = await api.put(STAFF, "/routing/rules", body, {"If-Match": seen})
    assert (stale.status, stale.code) == (412, "stale-version")


async def test_a_rule_that_can_never_win_is_pointed_out(api: Api) -> None:
    past = await a_past(api, 0)
    wide = a_rule(past.units["property"], "wide", 1)
    draft = await drafted(api, wide, a_rule(past.units["street"], "narrow", 2, categories=["parking"]))
    assert draft["shadowed"] == [{"rule": "narrow", "by": "wide"}]


@pytest.mark.parametrize(
    ("rule", "status", "code"),
    [
        (a_rule("unit-nowhere"), 422, "case.unit-elsewhere"),
        (a_rule("", categories=["ufo"]), 422, "category.unknown"),
        (a_rule("", places=["place-nowhere"]), 422, "case.place-elsewhere"),
        (a_rule("", hours=[{"start": "8:00", "end": "9:00"}]), 422, "request.invalid"),
        (a_rule("", colour="red"), 422, "request.invalid"),
    ],
)
async def test_rules_that_name_what_there_is_not_are_refused(
    api: Api, rule: dict[str, Any], status: int, code: str
) -> None:
    past = await a_past(api, 0)
    body = {"community": HERE, "rules": [rule | {"unit": rule["unit"] or past.units["street"]}]}
    answer = await api.put(STAFF, "/routing/rules", body)
    assert (answer.status, answer.code) == (status, code)
    assert (await api.get(STAFF, "/routing", community=HERE)).json["draft"] == 0


async def test_people_without_the_right_may_not_use_routing(api: Api) -> None:
    past = await a_past(api, 1)
    body = {"community": HERE, "rules": []}
    for by in (RESIDENT, SUPERVISOR, STRANGER):
        assert (await api.put(by, "/routing/rules", body)).status == 403
        assert (await api.get(by, "/routing", community=HERE)).status == 403
        assert (await api.post(by, "/routing/models", {"community": HERE})).status == 403
        automatic = {"community": HERE, "automatic": "reported"}
        assert (await api.post(by, "/routing/automatic", automatic)).status == 403
        period = {"community": HERE, "what": "on", "since": SINCE, "until": UNTIL}
        assert (await api.post(by, "/routing/rehearsals", period)).status == 403
    assert (await api.get(NEIGHBOUR, f"/cases/{past.cases[0]}/suggestion")).status == 403
    assert (await api.get(STRANGER, "/routing/accuracy", community=HERE)).status == 403
    assert (await api.post(STRANGER, "/routing/suggest", {"community": HERE, "text": "灯"})).status == 403
    assert (await api.get(RESIDENT, "/routing/accuracy", community=HERE)).status == 200


async def test_a_model_learns_from_the_committees_cases_and_suggests_with_words(
    api: Api, store: Kept, past: Past
) -> None:
    model = await taught(api, store)

    assert model["status"] == "ready"
    parts = {part["target"]: part for part in model["parts"]}
    assert (parts["category"]["examples"], parts["category"]["labels"]) == (60, 5)
    assert (parts["unit"]["examples"], parts["unit"]["labels"]) == (60, 3)
    assert parts["category"]["held_out"] == 60
    assert parts["category"]["accuracy"] > 0.8
    assert parts["category"]["low"] < parts["category"]["accuracy"] < parts["category"]["high"]

    await api.made(STAFF, "/routing/model/switch", {"community": HERE, "model": model["id"]})
    typed = await api.post(RESIDENT, "/routing/suggest", {"community": HERE, "text": "你好，我家门口的路灯不亮了"})
    first = typed.json["categories"][0]
    assert (first["category"], first["sure"]) == ("lighting", True)
    assert first["words"]
    assert all(word["text"] in "你好，我家门口的路灯不亮了" for word in first["words"])
    assert any("灯" in word["text"] for word in first["words"])

    case = await reported(api, past, "楼上天天放音响噪声太大吵得睡不着", "other")
    suggestion = (await api.get(STAFF, f"/cases/{case}/suggestion")).json
    assert (suggestion["why"], suggestion["unit"]) == ("model", past.units["street"])
    assert (suggestion["category"], suggestion["model"]) == ("noise", model["id"])
    assert suggestion["confidence"] >= suggestion["threshold"]
    assert suggestion["words"]
    assert suggestion["decides"] == "person"
    assert set(suggestion["names"]["units"]) == {unit["label"] for unit in suggestion["units"]}
    assert suggestion["names"]["categories"]["noise"] == "Noise"


async def test_below_the_threshold_a_person_decides(api: Api, store: Kept, past: Past) -> None:
    model = await taught(api, store)
    await api.made(STAFF, "/routing/model/switch", {"community": HERE, "model": model["id"]})
    await api.made(STAFF, "/routing/automatic", {"community": HERE, "automatic": "off", "threshold": 1})
    text = "路灯不亮了"
    typed = await api.post(RESIDENT, "/routing/suggest", {"community": HERE, "text": text})
    assert [guess["sure"] for guess in typed.json["categories"]] == [False] * 3
    case = await reported(api, past, text, "other")
    suggestion = (await api.get(STAFF, f"/cases/{case}/suggestion")).json
    assert suggestion["why"] in ("model-unsure", "catalogue")
    assert suggestion["category"] is None
    unknown = await api.post(RESIDENT, "/routing/suggest", {"community": HERE, "text": "hello"})
    assert unknown.json["categories"] == []


async def test_too_few_cases_are_refused_and_say_so(api: Api, store: Kept) -> None:
    await a_past(api, 2)
    model = await taught(api, store)
    assert (model["status"], model["refusal"]) == ("refused", "not-enough-examples")
    assert all(part["labels"] == 0 for part in model["parts"])
    on = await api.post(STAFF, "/routing/model/switch", {"community": HERE, "model": model["id"]})
    assert (on.status, on.code) == (409, "routing.model-not-ready")
    none = await api.post(RESIDENT, "/routing/suggest", {"community": HERE, "text": "路灯不亮"})
    assert none.json == {"model": None, "threshold": 0.4, "categories": []}


async def test_a_rehearsal_shows_what_would_differ_and_changes_nothing(api: Api, store: Kept, db: Database) -> None:
    past = await a_past(api, 4)
    waiting = await reported(api, past, "路灯不亮了")
    strange = await reported(api, past, "不知道是什么", "other")
    street, property_ = past.units["street"], past.units["property"]
    await drafted(
        api,
        a_rule(street, "roads", categories=["parking", "noise"]),
        a_rule(street, "lights", places=[past.compound], categories=["lighting"]),
        a_rule(property_, "water", categories=["pipe"]),
        a_rule(past.units["cleaning"], "waste", categories=["waste"]),
    )
    period = {"community": HERE, "what": "draft", "since": "2020-01-01T00:00:00+08:00"}
    too_long = await api.post(STAFF, "/routing/rehearsals", period | {"until": UNTIL})
    assert (too_long.status, too_long.code) == (422, "rehearsal.too-long")
    now = utc_now()
    period |= {"since": now.replace(month=1, day=1).isoformat(), "until": now.replace(month=12, day=31).isoformat()}
    asked = await api.made(STAFF, "/routing/rehearsals", period)
    assert asked["report"] is None

    before = await everything(db)
    assert await Rehearsing(store.cases, suggester(store)).once(utc_now) == 1
    assert await everything(db) == before

    rehearsed = (await api.get(STAFF, f"/routing/rehearsals/{asked['id']}")).json
    report = rehearsed["report"]
    assert rehearsed["names"]["units"].keys() == {property_, street}
    counts = {name: report[name] for name in ("looked_at", "routed", "agree", "differ", "open", "unroutable")}
    assert counts == {"looked_at": 22, "routed": 21, "agree": 16, "differ": 4, "open": 1, "unroutable": 1}
    assert report["agreement"] == 0.8
    assert {row["rule"]: (row["won"], row["agreed"]) for row in report["rules"]} == {
        "roads": (8, 8),
        "lights": (5, 0),
        "water": (4, 4),
        "waste": (4, 4),
    }
    assert {(d["unit"], d["rehearsed"], d["rule"]) for d in report["differing"]} == {(property_, street, "lights")}
    assert waiting not in {d["case"] for d in report["differing"]}
    assert strange not in past.cases


async def test_a_rehearsed_model_gets_no_credit_for_what_it_learnt_from(api: Api, store: Kept, past: Past) -> None:
    model = await taught(api, store)
    new = await reported(api, past, "电动车乱停乱放堵住出口", "other")
    await api.made(STAFF, f"/cases/{new}/accept", {"category": "parking"})
    await api.made(STAFF, f"/cases/{new}/dispatch", {"unit": past.units["street"]})
    await handled(api, past, new, past.units["street"])
    now = utc_now()
    body = {
        "community": HERE,
        "what": "model",
        "model": model["id"],
        "since": now.replace(month=1, day=1).isoformat(),
        "until": now.replace(month=12, day=31).isoformat(),
    }
    asked = await api.made(STAFF, "/routing/rehearsals", body)
    await Rehearsing(store.cases, suggester(store)).once(utc_now)
    report = (await api.get(STAFF, f"/routing/rehearsals/{asked['id']}")).json["report"]
    assert (report["looked_at"], report["agree"], report["differ"]) == (61, 1, 0)
    assert report["learnt_from"] + report["unroutable"] == 60
    missing = await api.post(STAFF, "/routing/rehearsals", body | {"model": None})
    assert missing.code == "rehearsal.which-model"
