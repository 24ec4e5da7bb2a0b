"""What can be done with a draft is what its rules let the caller do."""

from datetime import datetime

from services.chassis.principal import Principal
from services.contracts.activities import ActivityKind, DraftStatus
from services.events.activities.domain.formalities import Formalities, Formality, FormalityRule
from services.events.drafts import domain as rules
from services.events.drafts.domain import Draft, KeepDraft, SendBack, WriteDraft
from services.events.drafts.possible import possible
from services.events.drafts.views import STATUSES
from tests.unit.events.given import END, HOME, NOW, ORGANISER, STAFF, START, resident

NOTHING_ASKED = Formalities(())
FESTIVALS = FormalityRule(kind=ActivityKind.FESTIVAL, asks=(Formality.FILING,))


def can(draft: Draft, by: Principal, now: datetime = NOW) -> set[str]:
    return {each.command for each in possible(draft, by, now, NOTHING_ASKED)}


def test_can_follows_a_draft_through_its_life() -> None:
    body = KeepDraft(community=HOME, title="义诊", kind=ActivityKind.CLINIC)
    begun = rules.keep("draft-1", body, None, ORGANISER, NOW).aggregate
    assert can(begun, ORGANISER) == can(begun, STAFF) == {"write", "drop"}, "it lacks a time, a place and seats"
    assert can(begun, resident(1)) == set()
    whole = WriteDraft(starts_at=START, ends_at=END, venue="hall", capacity=20)
    written = rules.write(begun, whole, ORGANISER, NOW).aggregate
    assert can(written, ORGANISER) == {"write", "submit", "drop"}
    assert can(written, ORGANISER, END) == {"write", "drop"}, "its time has passed"
    submitted = rules.submit(written, ORGANISER, NOW).aggregate
    assert can(submitted, ORGANISER) == {"drop"}
    assert can(submitted, STAFF) == {"approve", "send-back", "drop"}
    assert can(submitted, STAFF, END) == {"send-back", "drop"}
    back = rules.send_back(submitted, SendBack(reason="请写明携带物品"), STAFF, NOW).aggregate
    assert can(back, ORGANISER) == {"write", "submit", "drop"}
    assert can(rules.approve(submitted, STAFF, NOW).aggregate, STAFF) == set()
    assert can(rules.drop(submitted, STAFF, NOW).aggregate, STAFF) == set()


def test_what_lacks_a_paper_that_a_rule_asks_for_can_not_be_submitted() -> None:
    whole = {"starts_at": START, "ends_at": END, "venue": "hall", "capacity": 20}
    body = KeepDraft.model_validate({"community": HOME, "title": "庙会", "kind": "festival", **whole})
    draft = rules.keep("draft-1", body, None, ORGANISER, NOW).aggregate
    assert "submit" in can(draft, ORGANISER)
    asked = {each.command for each in possible(draft, ORGANISER, NOW, Formalities((FESTIVALS,)))}
    assert asked == {"write", "drop"}


def test_every_status_has_words() -> None:
    assert STATUSES.keys() == set(DraftStatus)
