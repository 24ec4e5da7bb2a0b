"""Drafts are written, submitted, sent back and approved; templates are begun with; each by whom it is for."""

import re
from typing import Any

import pytest

from services.chassis.errors import CommunityError, NotYours
from services.chassis.principal import Principal
from services.chassis.words import Worded
from services.contracts.activities import ActivityKind, DraftApproved, DraftChanged, DraftStatus
from services.events.drafts import domain as rules
from services.events.drafts.domain import Draft, DraftIncomplete, KeepDraft, NotADraft, SendBack, WriteDraft
from tests.unit.events.given import END, HOME, NOW, ORGANISER, STAFF, START, person, resident
from tests.unit.events.lawful import lawful, took

WHOLE: dict[str, Any] = {"starts_at": START, "ends_at": END, "venue": "hall", "capacity": 20}


def _kept(by: Principal = ORGANISER, begun_with: Draft | None = None, **fields: Any) -> Draft:
    body = KeepDraft.model_validate({"community": HOME, "title": "义诊", "kind": "clinic", **fields})
    kept = rules.keep("draft-1", body, begun_with, by, NOW)
    lawful(None, kept)
    return kept.aggregate


def test_a_draft_becomes_an_activity_once_staff_approve_it() -> None:
    draft = _kept()
    with pytest.raises(DraftIncomplete, match="lacks: start, end, venue, number of seats"):
        rules.submit(draft, ORGANISER, NOW)
    draft = took(draft, lambda d: rules.write(d, WriteDraft(**WHOLE), ORGANISER, NOW)).aggregate
    assert took(draft, lambda d: rules.write(d, WriteDraft(**WHOLE), ORGANISER, NOW)).events == ()
    draft = took(draft, lambda d: rules.submit(d, ORGANISER, NOW)).aggregate
    with pytest.raises(NotADraft):
        rules.write(draft, WriteDraft(title="别的"), ORGANISER, NOW)
    with pytest.raises(NotYours):
        rules.approve(draft, ORGANISER, NOW)
    back = took(draft, lambda d: rules.send_back(d, SendBack(reason="请写明携带物品"), STAFF, NOW))
    assert back.events == (DraftChanged(status=DraftStatus.DRAFT, returned_to=ORGANISER.sub),)
    draft = back.aggregate
    assert (draft.status, draft.reason) == (DraftStatus.DRAFT, "请写明携带物品")
    draft = took(draft, lambda d: rules.submit(d, ORGANISER, NOW)).aggregate
    approved = took(draft, lambda d: rules.approve(d, STAFF, NOW))
    id = rules.activity_of("draft-1")
    assert approved.events == (DraftApproved(status=DraftStatus.APPROVED, activity=id, author=ORGANISER.sub),)
    assert approved.aggregate.plan().venue == "hall"
    for again in (rules.approve, rules.drop):
        with pytest.raises(NotADraft):
            again(approved.aggregate, STAFF, NOW)
    with pytest.raises(CommunityError, match="past"):
        rules.approve(draft, STAFF, END)


def test_who_decides_about_their_own_draft_is_not_told_of_it() -> None:
    draft = rules.submit(_kept(STAFF, **WHOLE), STAFF, NOW).aggregate
    (back,) = rules.send_back(draft, SendBack(reason="再想想"), STAFF, NOW).events
    (approved,) = rules.approve(draft, STAFF, NOW).events
    assert back == DraftChanged(status=DraftStatus.DRAFT)
    assert isinstance(approved, DraftApproved)
    assert approved.author is None


def test_a_draft_takes_from_its_template_the_fields_that_are_not_given() -> None:
    details = {"bring": "医保卡", "terms": {"largest_party": 2}}
    template = _kept(STAFF, template=True, capacity=30, venue="hall", details=details)
    assert template.status is DraftStatus.TEMPLATE
    begun = _kept(ORGANISER, template, title=None, kind=None, capacity=12, based_on="draft-1")
    assert (begun.title, begun.kind, begun.capacity, begun.venue) == ("义诊", ActivityKind.CLINIC, 12, "hall")
    assert (begun.details.bring, begun.details.terms.largest_party) == ("医保卡", 2)
    assert (begun.author, begun.organiser, begun.status) == (ORGANISER.sub, ORGANISER.sub, DraftStatus.DRAFT)


def test_only_author_and_staff_know_of_a_draft_and_organisers_of_templates() -> None:
    draft, template = _kept(), _kept(STAFF, template=True)
    other = person("organiser-2", *[role for _, role in ORGANISER.duties])
    stranger = person("staff-9", *[role for _, role in STAFF.duties], home="elsewhere")
    assert [draft.is_known_to(by) for by in (ORGANISER, STAFF, other, resident(1), stranger)] == [
        True,
        True,
        False,
        False,
        False,
    ]
    assert [template.is_known_to(by) for by in (other, resident(1))] == [True, False]
    for refused in (resident(1), stranger):
        with pytest.raises(NotYours):
            _kept(refused)
    with pytest.raises(NotYours):
        _kept(ORGANISER, organiser="organiser-2")
    with pytest.raises(NotYours):
        rules.write(draft, WriteDraft(title="别的"), other, NOW)


def test_nothing_is_left_of_an_erased_person() -> None:
    draft = _kept(instructors=["teacher-1"])
    erased = took(draft, lambda d: rules.erase(d, ORGANISER.sub, "erased-1")).aggregate
    assert (erased.author, erased.organiser) == ("erased-1", "erased-1")
    assert took(draft, lambda d: rules.erase(d, "teacher-1", "erased-1")).aggregate.instructors == ()
    assert rules.erase(draft, "resident-1", "erased-1").events == ()


def test_a_draft_is_refused_in_words() -> None:
    lacking = DraftIncomplete(missing=Worded.several(rules.FIELDS[name] for name in ("starts_at", "venue")))
    assert (lacking.sentence("zh"), lacking.params["missing"]) == ("草稿还缺：开始时间、场地。", "starts_at, venue")
    for status in DraftStatus:
        assert not re.search("[a-z]", NotADraft(status=rules.STATUSES[status]).sentence("zh"))
