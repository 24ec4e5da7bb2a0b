"""Every refusal is a problem document, in the caller's language, with a code that programs can hold on to."""

import logging

import httpx
import pytest

from services.chassis.http.validation import _ZH
from tests.unit.chassis.http.gateway import Gateway


def told(answer: httpx.Response, status: int, code: str) -> dict[str, object]:
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    body: dict[str, object] = answer.json()
    assert (body["status"], body["code"], body["type"]) == (status, code, f"urn:community:problem:{code}")
    assert body["title"]
    assert body["detail"]
    return body


async def test_a_refusal_speaks_the_callers_language(gateway: Gateway) -> None:
    async def refused(**headers: str) -> httpx.Response:
        return await gateway.client.post(
            "/api/garden/v1/plants", json={"name": "taken"}, headers={**gateway.token(), **headers}
        )

    zh, en = await refused(), await refused(**{"Accept-Language": "en-GB, zh;q=0.5"})
    body = told(zh, 409, "bed.taken")
    assert (body["detail"], body["title"]) == ("7 号花坛已有人认领。", "与现状冲突")
    assert (body["instance"], body["params"]) == ("/api/garden/v1/plants", {"bed": 7})
    assert (told(en, 409, "bed.taken")["detail"], en.json()["title"]) == ("Bed 7 is taken.", "Conflict")
    assert (zh.headers["content-language"], en.headers["content-language"]) == ("zh-CN", "en")
    assert zh.headers["vary"] == "Accept-Language"
    assert zh.headers["cache-control"] == "no-store"


async def test_faults_of_a_request_are_named_by_place(gateway: Gateway) -> None:
    sent = {"name": "x", "height": "tall", "at": "2026-05-01T09:30", "tags": ["a", 7], "so/me~thing": 1}
    answer = await gateway.client.post("/api/garden/v1/plants", json=sent, headers=gateway.token())
    told(answer, 422, "request.invalid")
    assert {fault["pointer"]: fault["detail"] for fault in answer.json()["errors"]} == {
        "#/name": "至少 2 个字符。",
        "#/height": "应为整数。",
        "#/at": "时间须带时区，例如 2026-05-01T09:30:00+08:00。",
        "#/tags/1": "应为文字。",
        "#/so~1me~0thing": "没有这一项。",
    }


async def test_faults_of_parameters_are_named(gateway: Gateway) -> None:
    answer = await gateway.client.get("/api/garden/v1/plants/x?season=winter", headers={"Accept-Language": "en"})
    told(answer, 422, "request.invalid")
    faults = {(fault["in"], fault["parameter"]): fault["detail"] for fault in answer.json()["errors"]}
    assert set(faults) == {("path", "number"), ("query", "season")}
    assert "integer" in faults["path", "number"]


async def test_values_that_were_sent_are_not_sent_back(gateway: Gateway) -> None:
    sent = {"name": "13800138000"}
    answer = await gateway.client.post("/api/garden/v1/plants", json=sent, headers=gateway.token())
    assert answer.status_code == 422
    assert "13800138000" not in answer.text


def test_every_sentence_about_a_fault_can_be_said() -> None:
    context = dict.fromkeys(
        ["min_length", "max_length", "gt", "ge", "lt", "le", "expected", "expected_schemes", "pattern"], "1"
    )
    for sentence in _ZH.values():
        assert "{" not in sentence.format(**context)


async def test_an_unknown_address_and_an_unknown_method_are_refused(gateway: Gateway) -> None:
    told(await gateway.client.get("/api/garden/v1/nothing"), 404, "route.unknown")
    told(await gateway.client.get("/api/garden/v1/plants/"), 404, "route.unknown")
    answer = await gateway.client.put("/api/garden/v1/plants/1", json={})
    told(answer, 405, "method.not-allowed")
    assert answer.headers["allow"] == "DELETE, GET"


@pytest.mark.parametrize("kind", ["text/plain", "application/xml", "", "multipart/form-data; boundary=x",
                                  "application/x-www-form-urlencoded"])  # fmt: skip
async def test_a_body_of_another_kind_than_json_is_refused(gateway: Gateway, kind: str) -> None:
    headers = {**gateway.token(), "Content-Type": kind, "Accept-Language": "en"}
    answer = await gateway.client.post("/api/garden/v1/plants", content=b'{"name":"rose"}', headers=headers)
    assert "application/json" in str(told(answer, 415, "media-type.unsupported")["detail"])


async def test_json_is_refused_where_a_form_is_read(gateway: Gateway) -> None:
    told(await gateway.client.post("/api/garden/v1/photos", json={"file": "x"}), 415, "media-type.unsupported")


async def test_a_missing_body_is_a_fault_and_not_a_kind(gateway: Gateway) -> None:
    told(await gateway.client.post("/api/garden/v1/plants", headers=gateway.token()), 422, "request.invalid")


async def test_broken_multipart_is_refused(gateway: Gateway) -> None:
    headers = {"Content-Type": "multipart/form-data"}
    told(await gateway.client.post("/api/garden/v1/photos", content=b"--x", headers=headers), 400, "request.bad")


async def test_a_fault_of_ours_tells_nothing_but_where_to_look(
    gateway: Gateway, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        answer = await gateway.client.get("/api/garden/v1/broken")
    body = told(answer, 500, "unexpected")
    assert "hunter2" not in answer.text
    assert body["trace"] == answer.headers["traceparent"].split("-")[1]
    assert answer.headers["x-content-type-options"] == "nosniff"
    (record,) = [record for record in caplog.records if record.exc_info]
    assert isinstance(record.exc_info, tuple)
    assert isinstance(record.exc_info[1], RuntimeError)
