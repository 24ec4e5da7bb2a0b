"""Refusals of notify speak the reader's language: what was wrong is a sentence in it, and things have their names."""

import re

import pytest

from services.chassis.errors import CommunityError
from services.chassis.words import Worded, kind_named
from services.notify.app import service
from services.notify.routing.domain.kinds import KindRule, MessageClass
from services.notify.routing.domain.table import Table, troubles
from services.notify.templates.domain.checking import TemplateRefused, check

_CHINESE = re.compile("[\u4e00-\u9fff]")


def test_every_kind_of_thing_has_words() -> None:
    for kind in service.kinds:
        named = kind_named(kind.name)
        assert isinstance(named, Worded), kind.name
        assert _CHINESE.search(named.zh), kind.name
        assert not _CHINESE.search(named.en), kind.name


@pytest.mark.parametrize(
    "source",
    [
        "{{ title",
        "{{ nope }}",
        "{{ title.x }}",
        "{{ title | tojson }}",
        "{{ title == 3 }}",
        "{{ title is odd }}",
        "x" * 99,
    ],
)
def test_what_is_wrong_with_a_template_is_told_in_both_languages(source: str) -> None:
    with pytest.raises(TemplateRefused) as refused:
        check(source, {"title": str}, 50)
    _told(refused.value)


def test_what_is_wrong_with_a_table_is_told_in_both_languages() -> None:
    tell = {"kind": "meter", "to": {"rule": "person", "field": "nobody"}, "subject": {"of": "case"}, "expires": "unit"}
    values = {"values": {"by": {"field": "reporter"}}}
    routes = [
        {"event": "cn.community.nowhere.v1", "name": "a", "tell": [tell]},
        {"event": "cn.community.issues.case.verified.v1", "name": "b", "tell": [{**tell, **values}]},
        {"event": "cn.community.issues.case.verified.v1", "name": "c", "tell": [{**tell, "kind": "other"}]},
    ]
    table = Table.model_validate({"edition": 1, "routes": routes})
    found = list(troubles(table, {"meter": KindRule(sort=MessageClass.SOCIAL, zh="抄表", en="Meters")}))
    assert len(found) >= 5
    for trouble in found:
        assert _CHINESE.search(trouble.zh)
        assert not _CHINESE.search(trouble.en)


def _told(refusal: CommunityError) -> None:
    zh = refusal.sentence("zh").partition("：")[2]
    assert _CHINESE.search(zh), zh
    assert not _CHINESE.search(refusal.sentence("en"))
