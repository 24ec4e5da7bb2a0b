"""Two clients that were written without us: `three`, and one that reads and writes as FixMyStreet does."""

import asyncio
import importlib
import itertools
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

import httpx
import pytest

from services.issues.catalogue.residential import RESIDENTIAL
from tests.contract.open311.reading import check
from tests.integration.issues.calling import OPERATOR
from tests.integration.issues.open311.conftest import City
from tests.integration.issues.open311.desk import LAT, LON, V2, a_key, closed, dispatched
from tests.integration.issues.open311.poller import SENT, Poller, Refused
from tests.integration.issues.uploads.pictures import a_picture
from tests.unit.issues.world import HERE, STAFF, SUPERVISOR
from tests.waiting import eventually

HOUR = timedelta(hours=1)


def three(city: City, **more: Any) -> Any:
    """The client from the package, which was written for a Python whose itertools had ifilter."""
    itertools.ifilter = filter  # type: ignore[attr-defined]
    return importlib.import_module("three").Three(city.url, **more)


async def test_three_lists_requests_posts_and_reads_errors(city: City) -> None:
    client, stranger = three(city, api_key=city.key), three(city, api_key="made-up")
    call = asyncio.to_thread
    services = check("services", await call(client.services))
    assert {each["service_code"] for each in services} == {each.code for each in RESIDENTIAL.categories if each.public}
    definition = check("definition", await call(client.services, "lighting"))
    assert definition["service_code"] == "lighting"
    assert check("discovery", await call(client.discovery))["endpoints"][0]["url"].endswith(V2)

    posted = {"address": "都市小区 1号楼", "name": "Li Lei", "phone": "555-5555", "description": "灯不亮"}
    picture = BytesIO(a_picture())
    picture.name = "lamp.png"
    [taken] = check("taken", await call(client.post, "lighting", media=picture, **posted))
    case = (await city.api.get(STAFF, f"/cases/{taken['service_request_id']}")).json
    assert (case["contact"]["name"], len(case["inside"]["before"])) == ("Li Lei", 1)
    [second] = check("taken", await call(client.post, "lift", lat=LAT, long=LON, description="停了"))
    [one] = check("requests", await call(client.request, second["service_request_id"]))
    assert (one["service_code"], one["lat"], one["long"]) == ("lift", LAT, LON)

    async def both() -> Any:
        found = await call(client.requests)
        return found if len(found) == 2 else None

    assert [each["service_code"] for each in check("requests", await eventually(both))] == ["lift", "lighting"]
    assert len(await call(client.requests, "lighting", count=1)) == 1
    assert [each["service_code"] for each in await call(client.requests, count=1)] == ["lift"]
    assert [each["service_code"] for each in await call(client.requests, count=1, page=2)] == ["lighting"]
    today = datetime.now(UTC).strftime("%m-%d-%Y")
    assert await call(client.requests, between=("01-01-2020", "01-31-2020")) == []
    assert len(await call(client.requests, start="01-01-2020", end=today)) == 1

    [told] = check("errors", await call(stranger.post, "lighting", **posted))
    assert told["code"] == "403"
    [told] = check("errors", await call(client.post, "nothing", **posted))
    assert told["code"] == "404"
    [told] = check("errors", await call(client.post, "lighting"))
    assert told["code"] == "400"
    [told] = check("errors", await call(client.request, "nothing"))
    assert told["code"] == "404"

    [taken] = check("taken", await call(client.post, "pipe", **posted))
    [led] = check("token", await call(client.token, taken["token"]))
    assert led["token"] == taken["token"]
    assert [each["service_code"] for each in await call(client.request, led["service_request_id"])] == ["pipe"]
    [taken] = check("taken", await call(client.post, "noise", **posted))
    assert set(taken) == {"service_notice", "account_id"}


async def test_a_poller_sends_follows_and_answers(city: City) -> None:
    async with httpx.AsyncClient() as http:
        poller = Poller(f"{city.url}/", http, city.key)
        assert len(await poller.services()) == sum(each.public for each in RESIDENTIAL.categories)
        assert (await poller.definition("lighting"))["service_code"] == "lighting"
        where = {"lat": str(LAT), "long": str(LON), "first_name": "Lei", "last_name": "Li", "email": "l@example.org"}
        sent = await poller.send([a_picture("red"), a_picture("blue")], service_code="lighting", **where)
        lamp = sent["service_request_id"]
        case = (await city.api.get(STAFF, f"/cases/{lamp}")).json
        assert len(case["inside"]["before"]) == 2
        batch = await poller.send([], service_code="pipe", description="漏水", **where)
        assert await poller.id_of(batch["token"])
        with pytest.raises(Refused, match="404"):
            await poller.id_of("nothing")
        with pytest.raises(Refused, match="403"):
            await Poller(poller.base, http, "made-up").send([], service_code="lighting", **where)

        await closed(city.api, lamp, city.unit)
        seen = await eventually(lambda: _status(poller, lamp, "closed"))
        assert seen["status_notes"]
        again = {"service_request_id": lamp, "update_id": "1", "status": "OPEN", "description": "还是不亮"}
        reopened = await poller.update(**again)
        assert await poller.update(**again) == reopened
        assert (await eventually(lambda: _status(poller, lamp, "open")))["updated_datetime"]
        assert (await poller.texts(lamp, "nothing")).keys() == {lamp}
        told = await eventually(lambda: _updates(poller, lamp))
        statuses = [each["status"] for each in told]
        assert statuses == [
            "confirmed",
            "for triage",
            "action scheduled",
            "investigating",
            "fixed - council",
            "confirmed",
        ]
        assert reopened in {each["update_id"] for each in told}
        extended = await http.get(
            f"{city.url}/requests.json", params={"extensions": "true", "service_code": "lighting"}
        )
        [request] = check("extended", extended.json())
        assert [note["description"] for note in request["notes"]] == [each["description"] for each in told]
        assert await poller.updates(datetime.now(UTC) - 2 * HOUR) == []


async def test_a_units_key_works_for_the_unit_and_for_nobody_else(city: City) -> None:
    async with httpx.AsyncClient() as http:
        reporter = Poller(f"{city.url}/", http, city.key)
        worker = Poller(f"{city.url}/", http, (await a_key(city.api, unit=city.unit))["api_key"])
        id = (await reporter.send([], service_code="greenery", address_string="1号楼"))["service_request_id"]

        async def update(by: Poller, status: str, number: int, **more: Any) -> str:
            fields = {"service_request_id": id, "update_id": f"u{number}", "status": status, **more}
            return await by.update(**fields)

        picture = "https://example.org/tree.jpg"
        remarked = await update(reporter, "OPEN", 1, description="补充：三楼的树", media_url=picture)
        assert remarked.startswith(id)
        with pytest.raises(Refused, match=r"400 .*update_id"):
            await update(reporter, "OPEN", 1, description="又一句")
        other = (await reporter.send([], service_code="lift", address_string="1号楼"))["service_request_id"]
        assert (await update(reporter, "OPEN", 1, service_request_id=other, description="又一句")).startswith(other)
        with pytest.raises(Refused, match="403"):
            await update(worker, "IN_PROGRESS", 2)
        await dispatched(city.api, id, city.unit)
        stranger = Poller(f"{city.url}/", http, (await a_key(city.api))["api_key"])
        for status in ("OPEN", "FIXED", "CLOSED", "NO_FURTHER_ACTION", "DUPLICATE"):
            for photos in ([], [a_picture("green")]):
                with pytest.raises(Refused, match="403"):
                    await update(stranger, status, 3, description="好了", photos=photos)
        with pytest.raises(Refused, match="400"):
            await update(reporter, "WONDERFUL", 4)
        with pytest.raises(Refused, match="400"):
            await update(reporter, "OPEN", 5)
        with pytest.raises(Refused, match="400"):
            await update(reporter, "OPEN", 5, description="树" * 4001)
        with pytest.raises(Refused, match="400"):
            await update(worker, "NO_FURTHER_ACTION", 5, description="树" * 2001)
        with pytest.raises(Refused, match="400"):
            await update(worker, "IN_PROGRESS", 6, photos=[a_picture("green")])
        assert await update(worker, "IN_PROGRESS", 6)
        assert RESIDENTIAL.category("greenery").evidence
        with pytest.raises(Refused, match="400"):
            await update(worker, "FIXED", 7, description="修好了")
        files = {"media": ("done.png", a_picture("green"), "image/png")}
        fixed = {"service_request_id": id, "update_id": "u8", "status": "FIXED", "api_key": worker.api_key}
        answer = await http.post(f"{city.url}/servicerequestupdates.json", data=fixed, files=files)
        check("updated", answer.json())
        assert (await city.api.get(STAFF, f"/cases/{id}")).json["status"] == "handled"
        with pytest.raises(Refused, match="400"):
            await update(worker, "CLOSED", 9)
        await city.api.made(SUPERVISOR, f"/cases/{id}/verify", {})
        case = (await city.api.get(STAFF, f"/cases/{id}")).json
        assert (case["status"], [each["text"] for each in case["inside"]["remarks"]]) == (
            "verified",
            [f"补充：三楼的树\n[media_url] {picture}"],
        )
        assert case["unit"] == city.unit


async def test_whatever_a_reporters_system_says_of_an_open_case_is_kept_and_closes_nothing(city: City) -> None:
    async with httpx.AsyncClient() as http:
        poller = Poller(f"{city.url}/", http, city.key)
        id = (await poller.send([], service_code="greenery", address_string="1号楼"))["service_request_id"]
        await dispatched(city.api, id, city.unit)
        texts = []
        for number, status in enumerate(SENT):
            text = f"{status} " + "树" * (4000 - len(status) - 1)
            fields = {"service_request_id": id, "update_id": str(number), "status": status, "description": text}
            more = {"updated_datetime": "2026-05-01T09:30:00Z", "first_name": "Lei", "last_name": "-"}
            photos = [a_picture("red"), a_picture("blue")] if status == "FIXED" else []
            taken = await poller.update(photos, **fields, **more)
            assert await poller.update(photos, **fields, **more) == taken
            texts.append(text)
        only = await poller.update([a_picture("green")], service_request_id=id, update_id="only", status="CLOSED")
        assert only.startswith(id)
        case = (await city.api.get(STAFF, f"/cases/{id}")).json
        assert case["status"] == "dispatched"
        assert [each["text"] for each in case["inside"]["remarks"]] == [*texts, "[media] 1"]
        assert (len(case["inside"]["before"]), case["photos"]) == (3, 3)

        handed = {"service_request_id": id, "api_key": (await a_key(city.api, unit=city.unit))["api_key"]}
        worker = Poller(f"{city.url}/", http, handed["api_key"])
        await worker.update([a_picture("white")], service_request_id=id, update_id="done", status="FIXED")
        await city.api.made(SUPERVISOR, f"/cases/{id}/send-back", {"reason": "还有一棵"})
        again = await worker.update(service_request_id=id, update_id="begun", status="IN_PROGRESS")
        assert (await city.api.get(STAFF, f"/cases/{id}")).json["status"] == "in-progress", again
        await worker.update([a_picture("black")], service_request_id=id, update_id="done-2", status="FIXED")
        await city.api.made(SUPERVISOR, f"/cases/{id}/verify", {})
        await poller.update(service_request_id=id, update_id="thanks", status="FIXED", description="谢谢")
        assert (await city.api.get(STAFF, f"/cases/{id}")).json["status"] == "verified"
        shown = [a_picture("yellow")]
        opened = await poller.update(shown, service_request_id=id, update_id="no", status="OPEN", description="没修")
        case = (await city.api.get(STAFF, f"/cases/{id}")).json
        assert (case["status"], len(case["inside"]["before"])) == ("reopened", 4)
        assert [each["text"] for each in case["inside"]["remarks"]][-3:] == ["谢谢", "[media] 1", "没修"]

        async def told() -> Any:
            found = [
                each for each in await poller.updates(datetime.now(UTC) + HOUR / 60) if each["update_id"] == opened
            ]
            return found[0]["status"] if found else None

        assert await eventually(told) == "confirmed"


async def test_answers_are_compressed_and_every_value_of_an_attribute_arrives(city: City) -> None:
    choices = [{"code": code, "zh": code, "en": code} for code in ("dark", "flickers", "hangs")]
    question = {"code": "kit", "kind": "multivaluelist", "zh": "现象", "en": "Signs", "choices": choices}
    lighting = RESIDENTIAL.category("lighting").model_dump(mode="json") | {"questions": [question]}
    adopted = await city.api.put(OPERATOR, f"/catalogues/{HERE}/categories/lighting", {"category": lighting})
    assert adopted.status == 200, adopted.json
    async with httpx.AsyncClient() as http:
        poller = Poller(f"{city.url}/", http, city.key)
        report = {"service_code": "lighting", "address_string": "1号楼", "attribute[kit]": ["dark", "hangs"]}
        sent = [(await poller.send([a_picture("red")], **report))["service_request_id"] for _ in range(5)]
        assert len(set(sent)) == 1
        answers = (await city.api.get(STAFF, f"/cases/{sent[0]}")).json["inside"]["answers"]
        assert answers == {"kit": ["dark", "hangs"]}
        listed = await http.get(f"{city.url}/services.xml")
        assert listed.headers["content-encoding"] == "gzip"
        assert int(listed.headers["content-length"]) * 2 < len(listed.content)


async def _status(poller: Poller, id: str, status: str) -> Any:
    now = datetime.now(UTC) + timedelta(minutes=1)
    return next(
        (row for row in await poller.news(now) if (row["service_request_id"], row["status"]) == (id, status)), None
    )


async def _updates(poller: Poller, id: str) -> Any:
    now = datetime.now(UTC) + timedelta(minutes=1)
    found = [row for row in await poller.updates(now) if row["service_request_id"] == id]
    return found if found and found[-1]["status"] == "confirmed" and len(found) > 1 else None
