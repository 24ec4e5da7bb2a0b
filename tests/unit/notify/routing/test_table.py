"""A table of routes is held to the models of its events, and the one that is shipped is right."""

from typing import Any

import pytest
from pydantic import ValidationError

from services.contracts.volunteers import NeedCancelled, NeedStatus, OfferRef
from services.notify.routing.domain.table import Audience, Given, Table, TableRefused, When, values
from services.notify.routing.shipped import RULES, TABLE

DISPATCHED = "cn.community.issues.case.dispatched.v1"

VERIFIED = "cn.community.issues.case.verified.v1"


def a_table(tell: dict[str, Any] | None = None, **route: Any) -> Table:
    told = {"kind": "case-dispatched", "to": {"rule": "followers"}, **(tell or {})}
    return Table.model_validate(
        {"edition": 1, "routes": [{"event": DISPATCHED, "name": "added", "tell": [told], **route}]}
    )


def test_the_table_that_is_shipped_is_right() -> None:
    assert TABLE.held_to({}) == TABLE
    assert all(rule.zh and rule.en for rule in RULES.values())


@pytest.mark.parametrize(
    ("table", "says"),
    [
        (a_table({"kind": "no-such-kind"}), "no kind no-such-kind"),
        (a_table(event="cn.community.issues.case.sold.v1"), "no event"),
        (a_table(event="cn.community.notify.notice.queued.v1"), "no event"),
        (a_table({"values": {"text": {"field": "wishes"}}}), "no public field wishes"),
        (a_table({"values": {"who": {"field": "reporter"}}}, event=VERIFIED), "no word"),
        (a_table({"expires": "unit"}), "no time"),
        (a_table({"to": {"rule": "followers", "unless_volunteering": True}}), "no public field activity"),
        (a_table({"to": {"rule": "everyone", "but": "weather"}}), "no public field weather"),
        (a_table({"to": {"rule": "everyone", "but": "status"}}), "status of .* is no person"),
        (a_table({"when": {"field": "weather"}}), "no public field weather"),
        (a_table(supersede=[{"kind": "case-verified", "when": {"field": "mood"}}]), "no public field mood"),
        (a_table({"to": {"rule": "person", "field": "handler"}}), "no public field handler"),
        (a_table(supersede=[{"kind": "nothing"}]), "no kind nothing"),
        (a_table({"when": {"field": "status", "among": ["sold"]}}), "added: status of .* is never sold"),
        (a_table(supersede=[{"kind": "case-verified", "when": {"field": "status", "among": ["x"]}}]), "is never x"),
        (a_table({"values": {"sold": {"field": "status", "equals": "sold"}}}), "is never sold"),
        (a_table({"subject": {"of": "wish"}}), "added: subject: .* speaks of no wish"),
        (a_table({"subject": {"of": "place", "field": "status"}}), "status of .* is no id"),
        (a_table({"subject": {"of": "place", "field": "due_at"}}), "due_at of .* is no id"),
        (a_table(supersede=[{"kind": "case-verified", "whom": "released[].person"}]), "no public field released"),
    ],
)
def test_a_route_that_names_a_missing_field_is_refused(table: Table, says: str) -> None:
    with pytest.raises(TableRefused, match=says):
        table.held_to(RULES)


@pytest.mark.parametrize(
    "wrong",
    [
        {"rule": "person"},
        {"rule": "building"},
        {"rule": "building", "value": "place-9", "field": "building"},
        {"rule": "the-whole-world"},
    ],
)
def test_an_audience_says_whom_it_means(wrong: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        Audience.model_validate(wrong)


def test_values_are_read_from_events() -> None:
    released = [OfferRef(offer="o-1", person="a"), OfferRef(offer="o-2", person="b")]
    event = NeedCancelled(activity=None, status=NeedStatus.CANCELLED, released=released)
    assert values(event, "released[].person") == ["a", "b"]
    assert values(event, "activity") == []
    assert Given(field="status", equals="cancelled").of(event) is True
    assert Given.model_validate({"is": True}).of(event) is True
    assert Given(field="activity").of(event) is None
    assert When(field="status").holds(event)
    assert When(field="status", among=("cancelled", "lapsed")).holds(event)
    assert not When(field="status", among=("lapsed",)).holds(event)
    assert not When(field="activity").holds(event)
    assert When(field="released", among=()).holds(event)
    for wrong in ({}, {"is": True, "field": "status"}, {"equals": "x"}):
        with pytest.raises(ValidationError):
            Given.model_validate(wrong)


def test_a_table_with_texts_too_long_or_control_characters_is_refused() -> None:
    with pytest.raises(ValidationError):
        Table.model_validate({"edition": 1, "kinds": {"k": {"sort": "service", "zh": "灯" * 41, "en": "x"}}})
