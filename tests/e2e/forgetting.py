"""A person's whole life in the house, in all four services; all that is kept anywhere; and what leads to them."""

import io
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from PIL import Image

from services.chassis.principal import Role
from services.chassis.store import mongo
from services.issues.reading.marks import MARKS
from tests.e2e.house import SERVICES, Hand, House
from tests.waiting import eventually

CANARIES = tuple(f"金丝雀{n}号" for n in "一二三四五六七八九")
"""Words that only the person uses, one for each place where words are taken."""
PHONE, MAIL, NAME = "13812345678", "canary@example.org", "金某雀"
SECRETS = (*CANARIES, PHONE, MAIL, NAME)

PROOF = frozenset({"erased_people", "erasures"})
"""Collections that say who was erased, and nothing else of them."""
PROOFS = frozenset(
    {
        "cn.community.notify.person.erasure-requested.v1",
        "cn.community.notify.person.erasure-answered.v1",
        "cn.community.notify.person.erased.v1",
        "cn.community.issues.person-data.erased.v1",
        "cn.community.volunteers.person-data.erased.v1",
        "cn.community.events.person-data.erased.v1",
    }
)
"""Events that name whom an erasure is about: the request, the answers, the proof."""


@dataclass
class Life:
    """The person, those around them, and what they have to do with each other."""

    house: House
    person: Hand
    neighbour: Hand
    staff: Hand
    fixer: Hand
    supervisor: Hand
    building: str = ""
    unit: str = ""
    made: dict[str, str] = field(default_factory=dict)

    @classmethod
    async def begin(cls, house: House) -> "Life":
        """The committee, a handling unit, two residents."""
        staff = house.newcomer("staff", Role.STAFF)
        place = {"community": house.community, "kind": "compound", "title": "都市阳光小区"}
        compound = await staff.post("/api/issues/v1/places", place)
        more = {"kind": "building", "parent": compound["id"], "title": "9号楼", "number": 9, "floors": 18}
        building = await staff.post("/api/issues/v1/places", place | more)
        unit = {"community": house.community, "code": "property", "kind": "property", "title": "都市阳光物业"}
        unit_id = (await staff.post("/api/issues/v1/units", unit))["id"]
        return cls(
            house,
            house.newcomer("canary", Role.RESIDENT, Role.VOLUNTEER),
            house.newcomer("neighbour", Role.RESIDENT, Role.VOLUNTEER),
            staff,
            house.newcomer("fixer", Role.HANDLER, unit=unit_id),
            house.newcomer("supervisor", Role.SUPERVISOR),
            building["id"],
            unit_id,
        )

    async def live(self) -> None:
        """Everything that one can do."""
        await self._addresses()
        await self._cases()
        await self._wishes()
        await self._volunteering()
        await self._activities()

    async def _addresses(self) -> None:
        community = {"community": self.house.community}
        await self.person.put("/api/notify/v1/me/addresses", community | {"email": MAIL, "phone": PHONE})
        await self.person.put("/api/notify/v1/me/preferences", community | {"language": "en"})

    async def _cases(self) -> None:
        cases = "/api/issues/v1/cases"
        report = {"community": self.house.community, "category": "noise", "place": self.building}
        mine = {
            "text": f"{CANARIES[0]}很吵",
            "spot": f"{CANARIES[1]}门口",
            "contact": {"phone": PHONE, "name": NAME},
            "before": [await self._photo()],
        }
        key = {"headers": {"Idempotency-Key": "canary-1"}}
        case = (await self.person.post(cases, report | mine, **key))["id"]
        nameless = {"text": f"{CANARIES[2]}在外面", "anonymous": True}
        hidden = (await self.person.post(cases, report | nameless))["id"]
        other = (await self.neighbour.post(cases, report | {"text": "灯不亮"}))["id"]
        await self.person.post(f"{cases}/{other}/support", None)
        await self.staff.post(f"{cases}/{case}/accept", {"title": "噪声"})
        await self.staff.post(f"{cases}/{case}/dispatch", {"unit": self.unit})
        await self.fixer.post(f"{cases}/{case}/start")
        await self.fixer.post(f"{cases}/{case}/handle", {"note": "已劝导"})
        await self.supervisor.post(f"{cases}/{case}/verify", {})
        await self.person.post(f"{cases}/{case}/rate", {"rating": 2, "comment": f"{CANARIES[3]}不满意"})
        await self.person.post(f"{cases}/{case}/reopen", {"reason": f"{CANARIES[4]}又吵了"})
        self.made |= {"case": case, "nameless": hidden, "other": other}

    async def _wishes(self) -> None:
        wishes, community = "/api/issues/v1/wishes", self.house.community
        wish = {"community": community, "title": f"{CANARIES[5]}食堂", "text": f"{CANARIES[6]}不方便"}
        mine = (await self.person.post(wishes, wish, headers={"Idempotency-Key": "canary-2"}))["id"]
        await self.neighbour.post(f"{wishes}/{mine}/support", None)
        theirs = (await self.neighbour.post(wishes, {"community": community, "title": "多种树"}))["id"]
        await self.person.post(f"{wishes}/{theirs}/support", None)
        left = (await self.neighbour.post(wishes, {"community": community, "title": "加装扶手"}))["id"]
        await self.person.post(f"{wishes}/{left}/support", None)
        self.person._answer(await self.person.http.delete(f"{wishes}/{left}/support"))
        self.made |= {"wish": mine, "supported": theirs}

    async def _volunteering(self) -> None:
        base, community = "/api/volunteers/v1", self.house.community
        await self.person.post(f"{base}/volunteers", {"community": community, "skills": ["haircut"]})
        plan = {
            "community": community,
            "elder": self.person.sub,
            "kind": "visit",
            "building": self.building,
            "home": f"{CANARIES[7]}室",
            "note": f"{CANARIES[8]}不吃糖",
            "recurrence": {
                "every": "week",
                "weekdays": [2],
                "at": "10:00",
                "since": f"{datetime.now(UTC):%Y-%m-%d}",
            },
        }
        await self.staff.post(f"{base}/care-plans", plan)
        team = {"community": community, "title": "合唱队", "kind": "hobby", "recruiting": True}
        teams = [(await self.staff.post(f"{base}/teams", team))["id"] for _ in range(2)]
        for each in teams:
            await self.person.post(f"{base}/teams/{each}/join", {})
        await self.person.post(f"{base}/teams/{teams[1]}/leave", {})
        self.made["team"] = teams[0]

    async def _activities(self) -> None:
        soon = datetime.now(UTC) + timedelta(minutes=40)
        to_come = await self.activity(20, soon + timedelta(days=3))
        full = await self.activity(1, soon + timedelta(days=4))
        left = await self.activity(20, soon + timedelta(days=5))
        now = await self.activity(20, soon)
        await self.neighbour.post(f"{full}/registrations", {"party": 1})
        for each in (to_come, full, left, now):
            await self.person.post(f"{each}/registrations", {"party": 1}, headers={"Idempotency-Key": each[-8:]})
        await self.person.post(f"{left}/registrations/me/withdraw")
        came = (datetime.now(UTC) - timedelta(minutes=5)).isoformat()
        await self.staff.post(f"{now}/check-ins", {"person": self.person.sub, "as_volunteer": False, "at": came})
        self.made |= {"to_come": to_come, "full": full}

    async def activity(self, capacity: int, starts: datetime) -> str:
        """The address of a new activity."""
        body = {
            "community": self.house.community,
            "title": "义诊",
            "kind": "clinic",
            "starts_at": starts.isoformat(),
            "ends_at": (starts + timedelta(hours=2)).isoformat(),
            "venue": "central-square",
            "capacity": capacity,
        }
        return f"/api/events/v1/activities/{(await self.staff.post('/api/events/v1/activities', body))['id']}"

    async def told(self) -> bool:
        """Whether notices about all of it have reached the person."""
        kinds = {notice["kind"] for notice in (await self.person.get("/api/notify/v1/me/notices"))["items"]}
        return {"registration-confirmed", "case-verified"} <= kinds

    def attempts(self, words: str) -> Iterator[tuple[str, dict[str, Any]]]:
        """What somebody might do next with a token that is still valid, something in each service."""
        community = {"community": self.house.community}
        noise = {"category": "noise", "place": self.building, "text": words}
        yield "/api/issues/v1/cases", community | noise
        yield "/api/issues/v1/cases", community | noise | {"anonymous": True}
        yield "/api/issues/v1/wishes", community | {"title": words}
        yield f"/api/issues/v1/cases/{self.made['other']}/support", {}
        yield f"/api/issues/v1/wishes/{self.made['supported']}/support", {}
        yield "/api/volunteers/v1/volunteers", community | {"skills": ["haircut"]}
        yield f"/api/volunteers/v1/teams/{self.made['team']}/join", {}
        yield f"{self.made['to_come']}/registrations", {"party": 1}
        yield f"{self.made['to_come']}/registrations/me/withdraw", {}

    async def _photo(self) -> str:
        picture = io.BytesIO()
        Image.new("RGB", (64, 48), "red").save(picture, "JPEG")
        answer = await self.person.http.post(
            "/api/issues/v1/photos",
            data={"community": self.house.community},
            files={"photo": (f"{CANARIES[0]}.jpg", picture.getvalue(), "image/jpeg")},
        )
        answer.raise_for_status()
        self.made["photo"] = str(answer.json()["id"])
        return self.made["photo"]


def words_in(value: Any) -> Iterator[str]:
    """Every text in a document, those in bytes too."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, bytes):
        yield value.decode("utf-8", "ignore")
    elif isinstance(value, Mapping):
        for name, each in value.items():
            yield from words_in(name)
            yield from words_in(each)
    elif isinstance(value, list | tuple | set | frozenset):
        for each in value:
            yield from words_in(each)


def found_in(value: Any, wanted: tuple[str, ...]) -> list[str]:
    """Those of `wanted` that stand somewhere in a document."""
    content = "\x00".join(words_in(value))
    return [word for word in wanted if word in content]


async def documents(url: str, prefix: str) -> AsyncIterator[tuple[str, str, dict[str, Any]]]:
    """Every document of every collection of every service: (service, collection, document)."""
    client = mongo.connect(url, application="search")
    try:
        for service in SERVICES:
            database = mongo.database(client, f"{prefix}_{service}")
            for name in await database.list_collection_names():
                async for document in database[name].find():
                    yield service, name, document
    finally:
        client.close()


async def traces(url: str, prefix: str, life: Life) -> list[str]:
    """Where something leads to the person, proofs of their erasure left out."""
    found = []
    async for service, name, document in documents(url, prefix):
        wanted = SECRETS if _is_proof(name, document, life.person.sub) else (life.person.sub, *SECRETS)
        for part, value in document.items():
            about = f"{service}.{name} {document['_id']} {document.get('type', '')} {part}"
            found += [f"{about}: {word}" for word in found_in(value, wanted)]
        if name.startswith("pictures") and life.made["photo"] in str(document):
            found.append(f"{service}.{name}: photo")
    return found


def _is_proof(collection: str, document: Mapping[str, Any], person: str) -> bool:
    return (
        collection in PROOF
        or (collection == "persons" and document["_id"] == person)
        or (collection == "journal" and document["type"] in PROOFS)
    )


async def settled(url: str, prefix: str) -> bool:
    """Whether nothing waits in any outbox, and no row to be drawn."""
    async for _, name, document in documents(url, prefix):
        if document.get("outbox") or (name == MARKS and document.get("since")):
            return False
    return True


async def everything_told(life: Life) -> None:
    """Wait until the person was told."""
    await eventually(life.told, within=60)
