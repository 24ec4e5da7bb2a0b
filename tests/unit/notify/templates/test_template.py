"""A text has a version for each change, and none is ever lost."""

import pytest

from services.chassis.errors import NotYours
from services.notify.templates.domain.checking import TemplateRefused
from services.notify.templates.domain.template import (
    FIRST,
    MOST,
    EnoughVersions,
    NoticeTemplate,
    Written,
    save,
    withdraw,
)
from tests.unit.notify.given import HERE, NOW, RESIDENT, STAFF

VARIABLES = {"title": str}
UNWRITTEN = NoticeTemplate(id="t-1", community=HERE, kind="case-verified")


def written(words: str = "“{{ title }}”") -> Written:
    return Written(subject=words, body=f"{words}。")


def test_each_change_is_a_version_and_the_shipped_text_can_come_back() -> None:
    first = save(UNWRITTEN, written(), written(), VARIABLES, STAFF, NOW).aggregate
    assert first.current == FIRST
    assert save(first, written(), written(), VARIABLES, STAFF, NOW).events == ()
    second = save(first, written("好了"), written("done"), VARIABLES, STAFF, NOW).aggregate
    assert [version.number for version in second.versions] == [FIRST, FIRST + 1]
    assert second.versions[1].written("en").subject == "done"
    back = withdraw(second, STAFF).aggregate
    assert (back.current, withdraw(back, STAFF).events) == (None, ())
    assert save(back, written("好了"), written("done"), VARIABLES, STAFF, NOW).aggregate.current == FIRST + 2


def test_staff_write_what_can_be_filled_and_fits() -> None:
    with pytest.raises(NotYours):
        save(UNWRITTEN, written(), written(), VARIABLES, RESIDENT, NOW)
    for wrong in (written("{{ phone }}"), written("长" * 121)):
        with pytest.raises(TemplateRefused):
            save(UNWRITTEN, written(), wrong, VARIABLES, STAFF, NOW)


def test_versions_are_never_thrown_away() -> None:
    template = UNWRITTEN
    for n in range(MOST):
        template = save(template, written(f"第{n}版"), written(f"v{n}"), VARIABLES, STAFF, NOW).aggregate
    with pytest.raises(EnoughVersions):
        save(template, written("再来"), written("more"), VARIABLES, STAFF, NOW)


SAID = {"title": str, "text": str, "community": str}
BROADCAST = NoticeTemplate(id="t-2", community=HERE, kind="broadcast")


def of_a_broadcast(**parts: str) -> Written:
    return Written(**{"subject": "【{{ community }}】{{ title }}", "body": "{{ text }}\n{{ community }}", **parts})


def test_a_text_of_broadcasts_says_what_their_authors_wrote() -> None:
    right = of_a_broadcast(short="{{ title }}，请看公告栏")
    assert save(BROADCAST, right, of_a_broadcast(body="{{ text }}"), SAID, STAFF, NOW).aggregate.current == FIRST
    for wrong in (
        {"subject": "公告"},
        {"body": "请看公告栏"},
        {"body": "{% if community %}请看公告栏{% else %}{{ text }}{% endif %}"},
        {"body": "{{ title }}"},
        {"short": "请看公告栏"},
    ):
        with pytest.raises(TemplateRefused):
            save(BROADCAST, right, of_a_broadcast(**wrong), SAID, STAFF, NOW)
