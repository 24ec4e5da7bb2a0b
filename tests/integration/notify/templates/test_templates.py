"""Staff write a text over HTTP; notices are queued with its version, and older ones keep the words they had."""

from tests.integration import standing
from tests.integration.notify.calling import Api
from tests.integration.notify.house import House
from tests.integration.notify.records import a_case
from tests.unit.notify.given import HERE, HOUR, NOW, RESIDENT, STAFF, STAFF_ELSEWHERE

AT = f"/communities/{HERE}/templates/case-verified"
ZH = {"subject": "修好了：{{ title or category }}", "body": "“{{ title or category }}”修好了。\n{{ community }}"}
BODY = {"zh": ZH, "en": {"subject": "Fixed: {{ title or category }}", "body": "Fixed."}}


async def test_a_text_holds_from_then_on_and_older_notices_keep_theirs(house: House, api: Api) -> None:
    await house.take(a_case("case-1"))
    preview = (await api.call(STAFF, "POST", f"{AT}/preview", BODY)).json()
    assert preview["zh"]["subject"] == "修好了：楼道灯"
    assert preview["variables"] == {"community": "str", "title": "str", "category": "str"}
    assert (await api.call(STAFF, "PUT", AT, BODY)).json()["current"] == 1001
    house.now = NOW + HOUR
    await house.take(a_case("case-2"))
    items = (await api.call(RESIDENT, "GET", "/me/notices")).json()["items"]
    told = {item["about"]: item["subject"] for item in items if item["kind"] == "case-verified"}
    assert told == {"case-2": "修好了：楼道灯不亮", "case-1": "您反映的“楼道灯不亮”已整改并核查"}
    why = (await api.call(STAFF, "GET", "/why", community=HERE, about="case-2")).json()["items"]
    assert {each["template"] for each in why if each["kind"] == "case-verified"} == {1001}
    assert (await api.call(STAFF, "POST", f"{AT}/withdraw")).json()["current"] is None


async def test_what_cannot_be_filled_is_refused_and_others_have_no_say(house: House, api: Api) -> None:
    wrong = {**BODY, "zh": {**ZH, "body": "{{ reporter }}"}}
    for path, method in ((AT, "PUT"), (f"{AT}/preview", "POST")):
        refused = await api.call(STAFF, method, path, wrong)
        assert (refused.status_code, refused.json()["code"]) == (422, "template.refused")
        for by in (RESIDENT, STAFF_ELSEWHERE):
            assert (await api.call(by, method, path, BODY)).status_code == 403
    for subject in ("{# nothing #}", "\u200b", "{{ title }}"):
        refused = await api.call(STAFF, "POST", f"{AT}/preview", {**BODY, "zh": {**ZH, "subject": subject}})
        why = "text.invisible" if subject == "\u200b" else "template.refused"
        assert (refused.status_code, refused.json()["code"]) == (422, why)
    in_two = await api.call(STAFF, "POST", f"{AT}/preview", {**BODY, "zh": {**ZH, "subject": "a{{ '\\n' }}b"}})
    assert in_two.json()["zh"]["subject"] == "a b"
    unknown = await api.call(STAFF, "PUT", f"/communities/{HERE}/templates/nothing", BODY)
    assert (unknown.status_code, unknown.json()["code"]) == (404, "template.unknown-kind")


async def test_a_broadcast_says_its_own_words_in_the_text_of_the_community(house: House, api: Api) -> None:
    at, alarm = f"/communities/{HERE}/templates/broadcast", "请立即离开3号楼。"
    body = {
        "community": HERE,
        "title": "煤气泄漏",
        "text": alarm,
        "text_en": "Leave building 3 now.",
        "sort": "emergency",
    }
    silent = {"subject": "公告", "body": "请看公告栏"}
    refused = await api.call(STAFF, "PUT", at, {"zh": silent, "en": silent})
    assert (refused.status_code, refused.json()["code"]) == (422, "template.refused")
    framed = {"subject": "【通知】{{ title }}", "body": "{{ text }}\n详见公告栏。"}
    assert (await api.call(STAFF, "PUT", at, {"zh": framed, "en": framed})).status_code == 201
    await house.db["memberships"].insert_one({"_id": "m-1", "person": RESIDENT.sub, "community": HERE})
    assert (await api.call(STAFF, "POST", "/broadcasts", body)).status_code == 201
    assert await standing.sweep(house.rooms, "broadcasts").once(house.clock)
    (told,) = (await api.call(RESIDENT, "GET", "/me/notices")).json()["items"]
    assert (told["subject"], told["body"]) == ("【通知】煤气泄漏", f"{alarm}\n详见公告栏。\n")

    # one that was saved before a text had to say them is not used
    await house.db["notice_templates"].update_one({}, {"$set": {"state.versions.0.zh.body": "请看公告栏"}})
    house.now = house.now + HOUR
    (told,) = (await api.call(RESIDENT, "GET", "/me/notices")).json()["items"]
    assert "煤气泄漏" in told["subject"]
    assert alarm in told["body"]
