"""XML and JSON say the same, whatever is in them; every refusal is told in the form and under the statuses agreed."""

import gzip
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.chassis.errors import CommunityError, declared_errors
from services.chassis.http.refusals import TooManyRequests, Unexpected
from services.chassis.store.unavailable import StoreUnavailable
from services.contracts.issues import CaseStatus
from services.issues.catalogue.domain.questions import AnswersRefused
from services.issues.open311 import refusals, states
from services.issues.open311.formats import Format, answer, as_json, as_xml, format_of, moment
from services.issues.open311.refusals import ApiKeyRefused, ApiKeyUsedUp, RequestUnknown, refusal_answer
from tests.contract.open311.reading import as_texts, check, read_xml

TEXTS = st.text(st.characters(codec=None, exclude_categories=()), max_size=30)
SCALARS = st.none() | st.booleans() | st.integers(-(10**9), 10**9) | st.floats(-180, 180) | TEXTS
VALUES = st.lists(st.fixed_dictionaries({"key": SCALARS, "name": SCALARS}), max_size=4)
REQUESTS = st.lists(
    st.fixed_dictionaries(
        {
            "service_request_id": TEXTS,
            "lat": SCALARS,
            "media_url": SCALARS,
            "attributes": st.lists(st.fixed_dictionaries({"code": TEXTS, "values": VALUES}), max_size=2),
        }
    ),
    max_size=3,
)


@given(REQUESTS)
def test_xml_read_by_the_mapping_is_the_json(value: Any) -> None:
    assert read_xml("requests", as_xml("service_requests", value)) == as_texts(orjson.loads(as_json(value)))


@pytest.mark.parametrize(
    "text", ["<b>&amp;</b>", "]]>", "\x00\x08\x0b\x1f\ufffe\uffff", "\ud800", "a\r\nb\rc", "\U0001f4a1", "\"'"]
)
def test_no_text_breaks_the_document(text: str) -> None:
    value = [{"description": text}]
    assert read_xml("requests", as_xml("service_requests", value)) == as_texts(orjson.loads(as_json(value)))


def test_markup_is_text() -> None:
    read: Any = read_xml("requests", as_xml("service_requests", [{"description": "<a href='x'>&#9;</a>"}]))
    assert read == [{"description": "<a href='x'>&#9;</a>"}]


def test_an_empty_list_is_an_empty_element_and_a_bare_array() -> None:
    assert (as_json([]), read_xml("services", as_xml("services", []))) == (b"[]", [])


def test_a_time_has_its_zone() -> None:
    china = datetime(2026, 1, 29, 9, 0, 0, 999_000, tzinfo=UTC) + timedelta(hours=8)
    assert moment(china) == "2026-01-29T17:00:00Z"


def told(error: CommunityError, path: str = "/x.json", faults: Any = None, headers: Any = None) -> tuple[int, Any, Any]:
    scope = {"type": "http", "path": path, "headers": [(b"accept-language", b"en")]}
    answer = refusal_answer(scope, error, faults, headers or {})
    body = bytes(answer.body)
    value = orjson.loads(body) if path.endswith(".json") else read_xml("errors", body)
    return answer.status_code, check("errors", value), answer.headers


@pytest.mark.parametrize("code", sorted(declared_errors()))
def test_every_error_there_is_has_one_of_the_agreed_statuses(code: str) -> None:
    error = declared_errors()[code]
    bare = error.__new__(error)
    bare.params = {}
    bare.sentence = lambda language: "..."  # type: ignore[method-assign]  # its parameters are its own affair
    status, listed, _ = (
        told(bare) if error is not AnswersRefused else told(AnswersRefused(questions="a", faults={"a": "type"}))
    )
    assert status in {400, 403, 404, 429, 500}
    assert {each["code"] for each in listed} == {str(status)}
    if error.status in {403, 404}:
        assert status == error.status


@pytest.mark.parametrize("path", ["/x.xml", "/x.json", "/requests/xyz", "/"])
def test_an_error_is_told_in_the_format_asked_for_and_else_in_xml(path: str) -> None:
    status, listed, headers = told(ApiKeyRefused(), path)
    assert (status, listed[0]["code"]) == (403, "403")
    kind = "application/json; charset=utf-8" if path.endswith(".json") else "text/xml; charset=utf-8"
    assert headers["content-type"] == kind


def test_each_of_several_faults_is_an_error() -> None:
    _, listed, _ = told(AnswersRefused(questions="a, b", faults={"a": "required", "b": "choice"}))
    assert [each["description"] for each in listed] == [
        "attribute[a] is required.",
        "attribute[b] is not one of its values.",
    ]
    faults = [{"detail": "no number", "parameter": "lat_ne"}, {"detail": "no time", "parameter": "start_date"}]
    assert [each["description"] for each in told(RequestUnknown(), faults=faults)[1]] == [
        "lat_ne: no number",
        "start_date: no time",
    ]


def test_the_store_being_away_is_a_400_and_our_own_fault_a_500() -> None:
    assert [told(error)[0] for error in (StoreUnavailable(), Unexpected(), TooManyRequests(seconds=3))] == [
        400,
        500,
        429,
    ]


def test_a_refusal_of_a_used_up_key_says_when_to_come_again() -> None:
    status, _, headers = told(ApiKeyUsedUp(limit=1, period="每日", period_en="day", seconds=77))
    assert (status, headers["retry-after"]) == (403, "77")


def test_headers_of_problem_details_are_not_passed_on() -> None:
    _, _, headers = told(
        RequestUnknown(), headers={"WWW-Authenticate": "Bearer", "Content-Language": "en", "Allow": "GET"}
    )
    assert "www-authenticate" not in headers
    assert headers["allow"] == "GET"


def test_all_refusals_have_a_sentence_in_both_languages() -> None:
    ours = [each for each in vars(refusals).values() if isinstance(each, type) and each.__module__ == refusals.__name__]
    assert len(ours) > 12
    assert all(each.zh != each.en for each in ours if issubclass(each, CommunityError) and "code" in vars(each))


def test_every_status_is_open_or_closed_and_has_its_words() -> None:
    assert set(states.STATES) == set(CaseStatus)
    closed = {status for status, shown in states.STATES.items() if shown.status == "closed"}
    assert closed == {CaseStatus.REJECTED, CaseStatus.VERIFIED, CaseStatus.MERGED, CaseStatus.EVALUATED}
    assert states.STATES[CaseStatus.MERGED].en == "Duplicate request."


STATES_OF_FIXMYSTREET = {
    "open",
    "for triage",
    "investigating",
    "in progress",
    "planned",
    "action scheduled",
    "closed",
    "fixed",
    "no further action",
    "not councils responsibility",
    "duplicate",
    "internal referral",
}
"""What its reader makes of the words on the wire, small and with spaces; others change nothing there."""


def test_every_status_is_a_word_that_fixmystreet_takes() -> None:
    assert {each.extended.lower().replace("_", " ") for each in states.STATES.values()} <= STATES_OF_FIXMYSTREET
    assert states.STATES[CaseStatus.REOPENED].extended == "OPEN"
    assert states.STATES[CaseStatus.SENT_BACK].extended == "IN_PROGRESS"


@pytest.mark.parametrize(
    ("path", "accept", "form"),
    [
        ("/v2/requests.json", "text/xml", Format.JSON),
        ("/v2/requests.xml", "application/json", Format.XML),
        ("/v2/", "application/json", Format.JSON),
        ("/v2", "application/json, text/xml;q=0.9", Format.JSON),
        ("/v2", "application/json;q=0.3, text/xml;q=0.9", Format.XML),
        ("/v2", "application/json;q=0", Format.XML),
        ("/v2", "text/html,application/xhtml+xml,*/*;q=0.8", Format.XML),
        ("/v2", "", Format.XML),
    ],
)
def test_the_ending_chooses_the_format_and_else_what_is_accepted(path: str, accept: str, form: Format) -> None:
    assert format_of(path, accept) is form


@pytest.mark.parametrize("accept", ["gzip", "deflate, gzip;q=1.0, *;q=0.5", "GZIP"])
def test_a_long_answer_is_compressed_for_a_client_that_takes_that(accept: str) -> None:
    scope = {"path": "/v2/x.json", "headers": [(b"accept-encoding", accept.encode())]}
    long = answer(scope, "services", [{"service_code": "灯" * 1000}])
    assert long.headers["content-encoding"] == "gzip"
    assert orjson.loads(gzip.decompress(bytes(long.body))) == [{"service_code": "灯" * 1000}]
    assert "Accept-Encoding" in long.headers["vary"]
    assert "content-encoding" not in answer(scope, "services", []).headers


@pytest.mark.parametrize("accept", ["", "identity", "gzip;q=0", "br"])
def test_an_answer_is_not_compressed_for_a_client_that_does_not_take_that(accept: str) -> None:
    scope = {"path": "/v2/x.xml", "headers": [(b"accept-encoding", accept.encode())]}
    assert "content-encoding" not in answer(scope, "services", [{"service_code": "灯" * 1000}]).headers
