"""Which forms are the same request: those of which the same is kept."""

import itertools

import pytest

from services.issues.open311.form import Form
from services.issues.open311.sameness import digest
from tests.unit.issues.open311.forms import a_form

FIELDS = ["service_code=lighting", "description=a", "attribute[kit]=b", "media_url=http://a.b/c"]
REPORT = "service_code=lighting&lat=38.0428&long=114.5149&description=灯坏了\n三天"


async def _digests(*bodies: str) -> set[str]:
    return {digest(await a_form(body)) for body in bodies}


async def test_the_order_of_names_makes_no_other_form() -> None:
    """As a client sends them that keeps its fields in a hash of Perl."""
    several = ["&".join(fields) for fields in itertools.permutations(FIELDS)]
    several.append(several[0] + "&media_url=&email=")  # empty fields are absent ones
    assert len(await _digests(*several)) == 1


async def test_the_order_of_values_under_one_name_does() -> None:
    one, other = "attribute[kit]=a&attribute[kit]=b&lat=1", "attribute[kit]=b&attribute[kit]=a&lat=1"
    between = "attribute[kit]=a&lat=1&attribute[kit]=b"
    assert len(await _digests(one, other)) == 2
    assert len(await _digests(one, between)) == 1
    assert len(await _digests("media_url=http://a.b/c&media_url=http://a.b/d", "media_url=http://a.b/c")) == 2


@pytest.mark.parametrize(
    "again",
    [
        REPORT.replace("灯坏了", " 灯坏了").replace("三天", "三天 "),
        REPORT.replace("\n", "%0D%0A"),
        REPORT.replace("lighting", "lighting%20"),
        REPORT.replace("38.0428", "38.04280"),
        REPORT.replace("38.0428", "%2B38.0428 "),
        REPORT.replace("114.5149", "1.145149E2"),
        REPORT.replace("38.0428", "38.0428&lat=39"),  # the first counts, as everywhere
        REPORT + "&email= &first_name=%20&phone=",
        REPORT + "&_charset_=utf-8",
    ],
)
async def test_a_field_that_is_written_otherwise_makes_no_other_form(again: str) -> None:
    assert len(await _digests(REPORT, again)) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("first_name=Lei ", "first_name=Lei"),
        ("phone=(0311) 8888", "phone=0311  8888"),
        ("status=in progress", "status=IN_PROGRESS"),
        ("updated_datetime=2026-05-01T09:30:00Z", "updated_datetime=2026-05-01T17:30:00.000 08:00"),
        ("attribute[kit]=a ", "attribute[kit][]=a"),
        ("lat=-0.0", "lat=0"),
        ("media_url=http://a.b/c ", "media_url[]=http://a.b/c"),
    ],
)
async def test_each_field_is_compared_as_it_is_understood(one: str, other: str) -> None:
    assert len(await _digests(one, other)) == 1


async def test_whatever_is_kept_otherwise_makes_another_form() -> None:
    others = [
        REPORT.replace("38.0428", "38.04281"),
        REPORT.replace("灯坏了", "灯坏 了"),
        REPORT.replace("lat=38.0428", "lat=north"),
        REPORT + "&device_id=1",
        REPORT + "&updated_datetime=yesterday",
        REPORT + "&updated_datetime=2026-05-01T09:30:00",
        REPORT + "&updated_datetime=2026-05-01T09:30:00Z",
    ]
    assert len(await _digests(REPORT, *others)) == 1 + len(others)


def test_answers_count_as_they_are_kept_and_pictures_by_their_content() -> None:
    form = Form({}, {"lamps": "3.0", "kit": ["a", "b"]}, (), (b"1", b"2"))
    written = Form({}, {"lamps": "3", "kit": ["a", "b"]}, (), (b"1", b"2"))
    assert digest(form) != digest(written)
    assert digest(form, {"lamps": 3}) == digest(written, {"lamps": 3})
    assert digest(form) != digest(Form({}, form.answers, (), (b"1", b"3")))
    assert digest(form) != digest(Form({}, form.answers, (), (b"12",)))
