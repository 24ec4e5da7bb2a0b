"""Who scans a sticker reports without an account where the community allows it: from the page, without a script."""

import re
from html import unescape

import httpx

from services.issues.app import service
from services.issues.settings import IssuesSettings
from tests.integration.issues.calling import Api, a_community
from tests.integration.issues.opening import called, indexed
from tests.integration.issues.uploads.pictures import a_picture
from tests.unit.issues.world import HERE, NEIGHBOUR, STAFF

BROWSER = {"Accept": "text/html"}
WORDS = "三楼的灯不亮，老人摔了一跤。"
REPORT = "/api/issues/v1/report"


async def sent(api: Api, at: str, *pictures: bytes, **fields: str) -> httpx.Response:
    data = {"place": at, "service_code": "lighting", "description": WORDS, "phone": "138 0013 8000", **fields}
    files = [("photo1", (f"{n}.jpg", picture, "image/jpeg")) for n, picture in enumerate(pictures)]
    nothing_chosen = [("photo1", ("", b"", "application/octet-stream"))]  # so browsers send an empty field
    return await api.raw("POST", REPORT, data=data, files=files or nothing_chosen)


async def test_a_form_becomes_a_case_of_nobody_once(settings: IssuesSettings) -> None:
    open_to_all = settings.model_copy(update={"report_without_account": {HERE: "010-6000 0000"}})
    async with indexed(open_to_all) as runtime, called(service.rooms(runtime), open_to_all) as api:
        _, [building] = await a_community(api, 1)
        shown = await api.get(None, "/report", BROWSER, place=building)
        page, policy = shown.content.decode(), shown.headers["content-security-policy"]
        assert re.findall(r'name="(\w+)"', page)[1:] == ["place", "service_code", "description", "photo1", "phone"]
        assert 'href="tel:01060000000"' in page
        assert "form-action 'self'" in policy
        assert "<script" not in page
        assert "unsafe" not in policy
        made = await sent(api, building, a_picture("red"), a_picture("blue"))
        assert made.status_code == 201, made.text
        assert "结果在公示栏公布" in made.text
        number = re.search(r"编号 <b>(.+?)</b>", made.text)
        assert number is not None
        again = await sent(api, building, a_picture("red"), a_picture("blue"))
        assert number[1] in again.text, "pressed twice, it is one case"
        [case] = (await api.get(STAFF, "/cases", community=HERE)).json["items"]
        assert (case["number"], case["status"], case["channel"]) == (number[1], "reported", "resident")
        whole = (await api.get(STAFF, f"/cases/{case['id']}")).json
        inside = whole["inside"]
        assert (inside["text"], whole["contact"]["phone"]) == (WORDS, "138 0013 8000")
        assert inside.get("reporter") is None
        assert len(inside["before"]) == 2
        seen = (await api.get(NEIGHBOUR, f"/cases/{case['id']}")).content.decode()
        assert WORDS not in seen
        assert "8000" not in seen
        for wrong, status in (({"service_code": ""}, 422), ({"description": " "}, 422), ({"place": "place-0"}, 404)):
            refusal = await sent(api, building, **wrong)
            assert refusal.status_code == status
            assert 'role="alert"' in refusal.text
        script = "<script>alert(1)</script>"
        assert script not in unescape((await sent(api, building, service_code=script)).text.replace("&lt;", "["))
        limited = [await sent(api, building, description=f"{n}") for n in range(6)]
        assert limited[-1].status_code == 429, "an address sends few"
        assert "请求过于频繁" in limited[-1].text


async def test_of_what_is_not_public_the_board_is_not_named(settings: IssuesSettings) -> None:
    open_to_all = settings.model_copy(update={"report_without_account": {HERE: ""}})
    async with indexed(open_to_all) as runtime, called(service.rooms(runtime), open_to_all) as api:
        _, [building] = await a_community(api, 1)
        made = await sent(api, building, service_code="hardship")
    assert made.status_code == 201, made.text
    assert "不会公开" in made.text
    assert "公示栏" not in made.text


async def test_where_it_is_not_allowed_the_page_has_no_form_and_nothing_is_taken(api: Api) -> None:
    _, [building] = await a_community(api, 1)
    assert "<form" not in (await api.get(None, "/report", BROWSER, place=building)).content.decode()
    refused = await sent(api, building)
    assert refused.status_code == 403
    assert (await api.get(STAFF, "/cases", community=HERE)).json["items"] == []
