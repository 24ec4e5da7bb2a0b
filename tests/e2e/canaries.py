"""Cases and wishes whose every word is to be found nowhere."""

import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from services.chassis.principal import Role
from tests.e2e.house import Hand, House

ISSUES = "/api/issues/v1"


def a_word() -> str:
    """Letters that stand nowhere else, and are nothing that is masked."""
    return "zq" + "".join(random.choices("bcdfghjkmnpqrtvwx", k=14))


@dataclass
class Parish:
    """A community with two buildings, a unit and everybody who works on a case."""

    house: House
    staff: Hand
    supervisor: Hand
    fixer: Hand
    unit: str
    near: str
    far: str

    async def case(self, by: Hand, category: str, building: str, **more: Any) -> str:
        """A report; its id."""
        body = {"community": self.house.community, "category": category, "place": building, **more}
        return str((await by.post(f"{ISSUES}/cases", body))["id"])

    async def do(self, by: Hand, case: str, command: str, body: Any = None) -> Any:
        """A command on a case."""
        return await by.post(f"{ISSUES}/cases/{case}/{command}", {} if body is None else body)

    async def shown(self, by: Hand, case: str) -> Any:
        """The case as somebody sees it."""
        return await by.get(f"{ISSUES}/cases/{case}")


async def a_parish(house: House, far: str = "远楼") -> Parish:
    """A community of its own. The second building is called `far`."""
    house = house.elsewhere()
    staff = house.newcomer("staff", Role.STAFF)
    place = {"community": house.community, "kind": "compound", "title": "都市小区"}
    compound = (await staff.post(f"{ISSUES}/places", place))["id"]
    buildings = []
    for number, title in enumerate(("近楼", far), 1):
        body = {**place, "kind": "building", "title": title, "parent": compound, "number": number, "floors": 6}
        buildings.append((await staff.post(f"{ISSUES}/places", body))["id"])
    unit = {"community": house.community, "code": "property", "kind": "property", "title": "物业"}
    unit_id = (await staff.post(f"{ISSUES}/units", unit))["id"]
    return Parish(
        house=house,
        staff=staff,
        supervisor=house.newcomer("supervisor", Role.SUPERVISOR),
        fixer=house.newcomer("fixer", Role.HANDLER, unit=unit_id),
        unit=unit_id,
        near=buildings[0],
        far=buildings[1],
    )


async def a_category_in_confidence(parish: Parish, code: str, word: str) -> None:
    """A category of the community's own that is not public, called `word`."""
    known = (await parish.staff.get(f"{ISSUES}/categories", community=parish.house.community))["items"]
    like = next(category for category in known if category["code"] == "hardship")
    category = {name: value for name, value in like.items() if name not in ("hours", "retired")}
    category |= {"code": code, "zh": word, "en": word, "public": False}
    category["questions"] = [{"code": "how", "kind": "text", "zh": "如何", "en": "How"}]
    await parish.staff.put(f"{ISSUES}/catalogues/{parish.house.community}/categories/{code}", {"category": category})


async def a_whole_life(parish: Parish, case: str, reporter: Hand, word: str, title: str) -> None:
    """Whatever can be done with a case of which nobody may know, up to its second dispatch."""
    soon, later = (datetime.now(UTC) + timedelta(days=days) for days in (5, 20))
    until = {"until": later.isoformat(), "reason": word}
    for by, command, body in (
        (parish.staff, "accept", {"title": title}),
        (parish.staff, "dispatch", {"unit": parish.unit, "due_at": soon.isoformat()}),
        (parish.fixer, "return", {"reason": word}),
        (parish.staff, "dispatch", {"unit": parish.unit}),
        (parish.fixer, "start", {}),
        (parish.fixer, "contact", {"note": word}),
        (parish.staff, "pause", until),
        (parish.staff, "resume", {}),
        (parish.fixer, "request-extension", until),
        (parish.staff, "grant-extension", {}),
        (parish.fixer, "handle", {"note": word}),
        (parish.supervisor, "send-back", {"reason": word}),
        (parish.fixer, "handle", {"note": word}),
        (parish.supervisor, "verify", {"note": word}),
        (reporter, "rate", {"rating": 2, "comment": word}),
        (reporter, "reopen", {"reason": word}),
        (parish.staff, "dispatch", {"unit": parish.unit}),
    ):
        await parish.do(by, case, command, body)
