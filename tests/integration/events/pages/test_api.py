"""The pages over HTTP: by week and month, one for each activity and series, and what strangers find in them."""

import re
from typing import Any

import orjson
import pytest

from tests.integration.calling import Caller
from tests.integration.events.calling import an_activity
from tests.unit.events.given import HOME, STAFF, resident

SCRIPT = "<script>alert(1)</script>"


async def _get(api: Caller, path: str) -> Any:
    return await api.send(None, "GET", f"http://events.test/calendar/{path}")


async def test_a_week_a_month_and_a_page_for_each_activity_in_both_languages(api: Caller) -> None:
    await api.ok(STAFF, "/venues", {"community": HOME, "venue": "committee-hall", "zh": "议事厅", "en": "Hall"})
    body = an_activity(
        title=f"每月义诊{SCRIPT}",
        title_en="Free clinic",
        capacity=2,
        min_age=18,
        insurance_number="PDAA202603020000123456",
        details={
            "description": "量血压、测血糖。",
            "bring": "医保卡",
            "bring_en": "Your insurance card",
            "accessibility": ["wheelchair"],
            "terms": {"closes_hours_before": 2, "cancel_hours_before": 24},
        },
    )
    made = await api.ok(STAFF, "/activities", body)
    await api.ok(resident(1), f"/activities/{made['id']}/registrations", {"party": 2, "ages_confirmed": True})
    week = await _get(api, f"{HOME}?on=2026-03-04")
    assert week.headers["content-type"] == "text/html; charset=utf-8"
    assert "script-src" not in week.headers["content-security-policy"]
    assert "default-src 'none'" in week.headers["content-security-policy"]
    assert SCRIPT not in week.text
    for said in ("每月义诊", "09:00", "议事厅", "名额已满", "2026年3月2日 – 3月8日", f"/calendar/{HOME}/{made['id']}"):
        assert said in week.text
    assert made["id"] not in (await _get(api, f"{HOME}?on=2026-03-11")).text
    month = await _get(api, f"{HOME}?span=month&on=2026-03-30&lang=en")
    assert "March 2026" in month.text
    assert "Free clinic" in month.text
    zh = await _get(api, f"{HOME}/{made['id']}")
    for said in (
        "量血压",
        "医保卡",
        "18 岁及以上",
        "轮椅可达",
        "参加者有意外保险",
        "服务大厅",
        "3月7日 周六 07:00 截止报名",
        "3月6日 周五 09:00",
    ):
        assert said in zh.text, said
    en = await _get(api, f"{HOME}/{made['id']}?lang=en")
    for said in ("Your insurance card", "18 and older", "At the desk", "Hall", "Sat 7 Mar 2026, 09:00"):
        assert said in en.text, said
    (data,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', zh.text, re.DOTALL)
    event = orjson.loads(data)
    assert event["name"] == f"每月义诊{SCRIPT}"
    assert (event["location"]["name"], event["remainingAttendeeCapacity"]) == ("议事厅", 0)
    assert event["url"].endswith(f"/calendar/{HOME}/{made['id']}")
    assert "<script" not in zh.text.replace('<script type="application/ld+json">', "")
    assert "http" not in re.sub(r"<script.*?</script>", "", zh.text, flags=re.DOTALL)
    again = await api.send(
        None, "GET", f"http://events.test/calendar/{HOME}/{made['id']}", {"If-None-Match": zh.headers["etag"]}
    )
    assert again.status_code == 304
    cancelled = await api.ok(STAFF, f"/activities/{made['id']}/cancel", {"reason": "大雨"})
    assert cancelled["reason"] == "大雨"
    off = (await _get(api, f"{HOME}/{made['id']}")).text
    assert ("已取消" in off, "原因：大雨" in off, "怎样报名" in off) == (True, True, False)


async def test_a_series_has_a_page_and_nobody_finds_things_of_elsewhere(api: Caller) -> None:
    series = await api.ok(STAFF, "/series", an_activity(rule="FREQ=WEEKLY;BYDAY=SA", title_en="Clinic"))
    assert "Clinic" in (await _get(api, f"{HOME}/series/{series['id']}?lang=en")).text
    far = {"starts_at": "2026-07-06T09:00:00+08:00", "ends_at": "2026-07-06T10:00:00+08:00"}
    summer = await api.ok(STAFF, "/series", an_activity(rule="FREQ=DAILY;COUNT=3", **far))
    planned = (await _get(api, f"{HOME}/series/{summer['id']}?lang=en")).text
    assert ("Wed 8 Jul 2026" in planned, "How to register" in planned) == (True, True)
    july = (await _get(api, f"{HOME}?span=month&on=2026-07-10&lang=en")).text
    assert july.count(f"/calendar/{HOME}/series/{summer['id']}?lang=en") == 3, "its dates lead to the class"
    asked: dict[str, Any] = {"community": HOME, "from": "2026-07-07T00:00:00+08:00", "to": "2026-07-10T00:00:00+08:00"}
    later = (await api.get(STAFF, "/series/dates", **asked)).json()
    assert [(each["series"], each["starts_at"]) for each in later["items"]] == [
        (summer["id"], f"2026-07-{day:02}T01:00:00Z") for day in (7, 8)
    ]
    assert later["total"] == 2
    never: dict[str, Any] = {"community": HOME, "from": "9999-12-31T23:00:00Z"}
    beyond = await api.get(STAFF, "/series/dates", **never)
    assert beyond.json()["items"] == []
    ended = await api.ok(STAFF, f"/series/{summer['id']}/end", {"reason": "老师离职"})
    assert (await api.get(STAFF, "/series/dates", **asked)).json()["items"] == []
    assert (ended["called_off"], ended["reason"]) == (True, "老师离职")
    off = (await _get(api, f"{HOME}/series/{summer['id']}?lang=en")).text
    assert ("called off" in off, "The reason: 老师离职" in off) == (True, True)
    assert ("8 Jul" in off, "How to register" in off) == (False, False)
    made = await api.ok(STAFF, "/activities", an_activity())
    for path in (f"elsewhere/{made['id']}", f"elsewhere/series/{series['id']}", f"{HOME}/nothing"):
        answer = await _get(api, path)
        assert (answer.status_code, answer.json()["code"]) == (404, "not-found"), path
        browser = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
        page = await api.send(None, "GET", f"http://events.test/calendar/{path}?lang=en", browser)
        assert (page.status_code, "There is no " in page.text) == (404, True), path
        assert page.headers["content-type"] == "text/html; charset=utf-8"
    for name, kind in (("calendar.css", "text/css; charset=utf-8"), ("sun.svg", "image/svg+xml")):
        assert (await _get(api, f"assets/{name}")).headers["content-type"] == kind


@pytest.mark.parametrize("query", ["on=1999-01-01", "on=2026-02-30", "span=year", "lang=fr", "on=9999-12-31"])
async def test_a_query_that_makes_no_sense_is_refused(api: Caller, query: str) -> None:
    assert (await _get(api, f"{HOME}?{query}")).status_code == 422
