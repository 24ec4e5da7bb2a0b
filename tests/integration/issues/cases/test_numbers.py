"""Cases have short numbers on a real store: unique over replicas, found by a route and by search, given to old ones."""

import asyncio
import re

from services.chassis.clock import utc_now
from services.chassis.principal import Role
from services.chassis.store.mongo import Database
from services.issues.cases.numbers import Numbering, Numbers
from tests.integration.issues.calling import Api
from tests.integration.issues.kept import Kept
from tests.integration.issues.reading.readers import up_to_date
from tests.unit.issues.world import HERE, NEIGHBOUR, NOW, RESIDENT, STAFF, person


async def test_two_replicas_draw_no_number_twice_and_a_quiet_one_leaves_none_out(db: Database) -> None:
    quiet = Numbers(db, lambda: NOW, {HERE: "YG"})
    assert await quiet.draw(HERE) == "YG-2401-0001"
    replicas = [Numbers(db, utc_now, {HERE: "YG"}) for _ in range(2)]
    drawn = await asyncio.gather(*(replicas[n % 2].draw(HERE, NOW) for n in range(120)))
    assert len(set(drawn)) == 120
    assert min(drawn) == "YG-2401-0002"
    one, other = await replicas[0].draw("elsewhere", NOW), await replicas[1].draw("elsewhere", NOW)
    assert (one, other) == ("EL-2401-0001", "EL-2401-0002")


async def test_a_case_is_found_by_its_number_by_those_who_may_know_of_it(
    api: Api, store: Kept, unit_and_houses: tuple[str, list[str]]
) -> None:
    report = {"community": HERE, "place": unit_and_houses[1][0], "text": "灯不亮"}
    case = await api.made(RESIDENT, "/cases", {**report, "category": "lighting"})
    number = case["number"]
    assert re.fullmatch(r"SU-[0-9]{4}-0001", number)
    for typed in (number, number.lower().replace("-", ""), number.replace("-0001", "-1")):
        found = await api.get(NEIGHBOUR, f"/case-numbers/{typed}")
        assert (found.status, found.json["id"], found.json["version"]) == (200, case["id"], 1)

    await up_to_date(store)
    for by in (NEIGHBOUR, STAFF):
        searched = await api.get(by, "/search", community=HERE, q=number)
        assert [each["id"] for each in searched.json["items"]] == [case["id"]]

    secret = await api.made(RESIDENT, "/cases", {**report, "category": "hardship"})
    assert secret["number"] != number
    for by, path in [
        (NEIGHBOUR, secret["number"]),
        (NEIGHBOUR, "SU-2401-0099"),
        (NEIGHBOUR, "%E7%81%AF"),
        (person("staff-9", Role.STAFF, community="elsewhere"), number),
    ]:
        missing = await api.get(by, f"/case-numbers/{path}")
        assert missing.status == 404
        assert "case-" not in missing.json["detail"]
    assert (await api.get(STAFF, f"/case-numbers/{secret['number']}")).json["id"] == secret["id"]


async def test_old_cases_are_given_numbers_in_their_order(
    api: Api, store: Kept, db: Database, unit_and_houses: tuple[str, list[str]]
) -> None:
    report = {"community": HERE, "place": unit_and_houses[1][0], "category": "lighting", "text": "灯不亮"}
    made = [(await api.made(RESIDENT, "/cases", report))["id"] for _ in range(3)]
    await store.cases.collection.update_many({}, {"$unset": {"state.number": ""}})
    await store.cases.collection.update_many({}, {"$set": {"state.reported_at": NOW}})

    sweep = Numbering(store.cases, Numbers(db, utc_now, {HERE: "YG"}))
    assert await sweep.once(utc_now) == 3
    assert await sweep.once(utc_now) == 0

    numbers = [(await store.cases.get(id)).aggregate.number for id in made]
    assert numbers == ["YG-2401-0001", "YG-2401-0002", "YG-2401-0003"]
