"""A community adds kinds and routes, an edition for each change, and changes nothing that is shipped."""

from typing import Any

import pytest

from services.chassis.errors import NotYours
from services.notify.routing.domain.edition import Routing, WrongTable, adopt
from services.notify.routing.domain.table import Table
from services.notify.routing.shipped import TABLE
from tests.unit.notify.given import HERE, NOW, RESIDENT, STAFF, STAFF_ELSEWHERE

ROUTE = {
    "event": "cn.community.issues.case.started.v1",
    "name": "tell_of_start",
    "tell": [{"kind": "case-started", "to": {"rule": "followers"}, "subject": {"of": "case"}}],
}
KIND = {"case-started": {"sort": "social", "zh": "开始处置", "en": "Work has begun"}}


def a_table(kinds: dict[str, Any] | None = None, **route: Any) -> Table:
    return Table.model_validate({"edition": 0, "kinds": KIND if kinds is None else kinds, "routes": [ROUTE | route]})


NOTHING = Routing(id=f"routing-{HERE}", community=HERE, edition=0)


def test_each_change_is_an_edition_and_the_last_is_kept() -> None:
    first = adopt(NOTHING, a_table(), TABLE, STAFF, NOW, new=True).aggregate
    assert (first.edition, first.past) == (1, ())
    assert adopt(first, a_table(), TABLE, STAFF, NOW).events == ()
    second = adopt(first, Table(edition=0), TABLE, STAFF, NOW).aggregate
    assert (second.edition, second.routes, second.past[0].edition) == (2, (), 1)
    assert second.past[0].replaced_by == STAFF.sub


@pytest.mark.parametrize("by", [RESIDENT, STAFF_ELSEWHERE])
def test_only_staff_of_the_community_change_it(by: Any) -> None:
    with pytest.raises(NotYours):
        adopt(NOTHING, a_table(), TABLE, by, NOW)


@pytest.mark.parametrize(
    ("kinds", "route"),
    [
        ({"case-started": KIND["case-started"], "case-verified": KIND["case-started"]}, {}),
        ({"case-started": {**KIND["case-started"], "mandatory": True}}, {}),
        ({"case-started": KIND["case-started"], "digest": KIND["case-started"]}, {}),
        ({}, {}),
        (KIND, {"name": "tell_of_dispatch"}),
        ({"case-started": {**KIND["case-started"], "template": 77}}, {}),
    ],
)
def test_shipped_kinds_stay_and_only_emergencies_become_mandatory(kinds: dict[str, Any], route: dict[str, Any]) -> None:
    with pytest.raises(WrongTable):
        adopt(NOTHING, a_table(kinds, **route), TABLE, STAFF, NOW)


def test_an_emergency_may_be_made_mandatory() -> None:
    kind = {"case-started": {"sort": "emergency", "zh": "燃气泄漏", "en": "Gas leak", "mandatory": True}}
    assert adopt(NOTHING, a_table(kind), TABLE, STAFF, NOW).aggregate.kinds["case-started"].mandatory


@pytest.mark.parametrize(
    "to",
    [
        {"rule": "person", "field": "category"},
        {"rule": "followers", "field": "category"},
        {"rule": "age-band", "value": "toddler"},
        {"rule": "registrants"},
        {"rule": "volunteering"},
    ],
)
def test_an_audience_that_could_never_have_anybody_in_it_is_refused(to: dict[str, str]) -> None:
    tell = {"kind": "case-started", "to": to, "subject": {"of": "case"}}
    with pytest.raises(WrongTable):
        adopt(NOTHING, a_table(event="cn.community.issues.case.reported.v1", tell=[tell]), TABLE, STAFF, NOW)


@pytest.mark.parametrize(
    "event",
    [
        "cn.community.issues.case.sold.v1",
        "cn.community.issues.case.state.v1",
        "cn.community.notify.notice.queued.v1",
        "case-started",
    ],
)
def test_an_event_that_nobody_publishes_is_refused_in_words(event: str) -> None:
    with pytest.raises(WrongTable) as refused:
        adopt(NOTHING, a_table(event=event), TABLE, STAFF, NOW)
    assert f"没有其他服务发布的事件 {event}" in refused.value.sentence("zh")
    assert f"{event} is no event that another service publishes" in refused.value.sentence("en")


@pytest.mark.parametrize("kind", ["broadcast", "address-bounced"])
@pytest.mark.parametrize("part", ["tell", "supersede"])
def test_a_kind_that_no_event_makes_is_refused_in_words(kind: str, part: str) -> None:
    named: dict[str, Any] = {"kind": kind, "to": {"rule": "followers"}} if part == "tell" else {"kind": kind}
    route: dict[str, Any] = {part: [named]}
    with pytest.raises(WrongTable) as refused:
        adopt(NOTHING, a_table(**route), TABLE, STAFF, NOW)
    assert f"没有事件产生 {kind} 消息" in refused.value.sentence("zh")
    assert f"no event makes messages of the kind {kind}" in refused.value.sentence("en")


@pytest.mark.parametrize("part", ["tell", "supersede"])
def test_a_kind_that_does_not_exist_is_refused_in_words(part: str) -> None:
    named: dict[str, Any] = {"kind": "no-such", "to": {"rule": "followers"}} if part == "tell" else {"kind": "no-such"}
    route: dict[str, Any] = {part: [named]}
    with pytest.raises(WrongTable) as refused:
        adopt(NOTHING, a_table(**route), TABLE, STAFF, NOW)
    assert "没有消息种类 no-such" in refused.value.sentence("zh")
    assert "there is no kind no-such" in refused.value.sentence("en")


def test_a_route_stands_there_once() -> None:
    once = a_table()
    with pytest.raises(WrongTable):
        adopt(NOTHING, once.model_copy(update={"routes": once.routes * 2}), TABLE, STAFF, NOW)
