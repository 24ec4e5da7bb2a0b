"""Stickers over HTTP: the code is read as a camera reads it, and where it leads, anybody may go."""

from urllib.parse import urlsplit

import pytest

from services.issues.app import service
from services.issues.places.api import stickers
from services.issues.settings import IssuesSettings
from tests.integration.issues.calling import Api, a_community
from tests.integration.issues.opening import called, indexed
from tests.unit.issues.places.qr_reader import modules_of, read
from tests.unit.issues.world import HERE, NEIGHBOUR, RESIDENT, STAFF, STRANGER

BROWSER = {"Accept": "text/html,application/xhtml+xml"}


async def a_lamp(api: Api) -> tuple[str, str]:
    """A building, and a lamp in it."""
    _, [building] = await a_community(api, 1)
    await api.post(STAFF, f"/places/{building}/floors", {"stairwells": 1, "highest": 3, "spots": ["电梯厅"]})
    spots = (await api.get(STAFF, "/places", community=HERE, kind="spot")).json["items"]
    return building, next(spot["id"] for spot in spots if spot["storey"] == 3)


async def test_a_scanned_sticker_opens_a_report_that_is_filled_in(api: Api) -> None:
    _, lamp = await a_lamp(api)
    picture = await api.get(RESIDENT, f"/places/{lamp}/qr.png", scale=3)
    assert picture.headers["content-type"] == "image/png"
    address = urlsplit(read(modules_of(picture.content, 3)[0]))
    assert address.netloc == "127.0.0.1:8000"

    form = await api.get(None, address.path, place=address.query.removeprefix("place="))

    assert form.status == 200
    assert [step["title"] for step in form.json["path"]] == ["都市小区", "1号楼", "1单元", "3层", "电梯厅"]
    assert form.json["prefilled"] == {"community": HERE, "place": lamp}
    body = {**form.json["prefilled"], "category": form.json["catalogue"]["items"][0]["code"]}
    case = await api.made(RESIDENT, form.json["report_to"], body)
    assert case["inside"]["at"] == lamp
    assert {"residents", "households", "point", "grid"}.isdisjoint(str(form.json))


async def test_a_browser_gets_a_page_or_is_led_to_the_frontend(api: Api, settings: IssuesSettings) -> None:
    _, lamp = await a_lamp(api)
    page = await api.get(None, "/report", BROWSER, place=lamp)
    assert page.headers["content-type"].startswith("text/html")
    assert "都市小区 · 1号楼 · 1单元 · 3层 · 电梯厅" in page.content.decode()
    assert "公共照明" in page.content.decode()
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert page.headers["vary"].startswith("Accept")
    frontend = settings.model_copy(update={"report_page": "https://app.example.org/?at={place}"})
    async with indexed(frontend) as runtime, called(service.rooms(runtime), frontend) as other:
        led = await other.get(None, "/report", BROWSER, place=lamp)
        assert (led.status, led.headers["location"]) == (302, f"https://app.example.org/?at={lamp}")
        assert (await other.get(None, "/report", place=lamp)).status == 200


async def test_a_sticker_of_what_is_gone_says_so(api: Api) -> None:
    building, lamp = await a_lamp(api)
    assert (await api.get(None, "/report", place="place-0")).status == 404
    assert (await api.get(None, "/report", place="../../etc")).code == "request.invalid"
    await api.post(STAFF, f"/places/{building}/retire")
    assert (await api.get(None, "/report", place=lamp)).code == "place.retired"
    for gone, status in ((lamp, 409), ("place-0", 404)):
        told = await api.get(None, "/report", BROWSER, place=gone)
        assert (told.status, told.headers["content-type"]) == (status, "text/html; charset=utf-8")
        assert "这个二维码已失效" in told.content.decode()
    assert (await api.get(STAFF, f"/places/{building}/stickers")).code == "place.retired"


async def test_a_sheet_has_a_sticker_for_each_place_as_one_walks(api: Api) -> None:
    building, _ = await a_lamp(api)
    sheet = await api.get(STAFF, f"/places/{building}/stickers")
    page = sheet.content.decode()
    assert sheet.headers["content-type"].startswith("text/html")
    assert page.count("<figure>") == page.count("<svg") == 1 + 1 + 3 + 3
    titles = [part.split("</b>")[0] for part in page.split("<b>")[1:]]
    assert titles == ["1号楼", "1单元", "1层", "电梯厅", "2层", "电梯厅", "3层", "电梯厅"]
    assert "style-src 'unsafe-inline'" in sheet.headers["content-security-policy"]
    spots = await api.get(STAFF, f"/places/{building}/stickers", kind="spot")
    assert spots.content.decode().count("<figure>") == 3
    assert "都市小区 · 1号楼 · 1单元 · 2层" in spots.content.decode()
    [compound] = (await api.get(STAFF, "/places", community=HERE, kind="compound")).json["items"]
    whole = await api.get(STAFF, f"/places/{compound['id']}/stickers")
    assert whole.content.decode().count("<figure>") == 2


async def test_a_long_sheet_comes_in_pages(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    building, _ = await a_lamp(api)
    monkeypatch.setattr(stickers, "MAX_ON_A_PAGE", 5)
    first, second, third = [await api.get(STAFF, f"/places/{building}/stickers", page=page) for page in (1, 2, 3)]
    assert [answer.content.decode().count("<figure>") for answer in (first, second, third)] == [5, 3, 0]
    assert first.headers["link"].endswith('/stickers?page=2>; rel="next"')
    assert "link" not in second.headers
    assert "1号楼 · 1单元 · 3层</small><b>电梯厅" in second.content.decode()


async def test_who_prints(api: Api) -> None:
    building, lamp = await a_lamp(api)
    for by, status in ((RESIDENT, 403), (NEIGHBOUR, 403), (STRANGER, 404), (None, 401), (STAFF, 200)):
        assert (await api.get(by, f"/places/{building}/stickers")).status == status
    for by, status in ((NEIGHBOUR, 200), (STRANGER, 404), (None, 401)):
        for kind in ("svg", "png"):
            assert (await api.get(by, f"/places/{lamp}/qr.{kind}")).status == status
    assert (await api.get(STAFF, "/places/place-0/qr.svg")).status == 404
    assert (await api.get(STAFF, f"/places/{lamp}/qr.png", scale=1000)).code == "request.invalid"
