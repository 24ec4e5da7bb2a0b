"""Staff post, edit and withdraw announcements, and every edit leaves the words before it in the log."""

from datetime import timedelta
from typing import Any

import pytest

from services.chassis.aggregate import Decision
from services.chassis.errors import NotYours
from services.contracts.event import fold
from services.contracts.notices import AnnouncementState
from services.notify.announcements.domain import (
    MOST_EDITS,
    Announcement,
    AnnouncementGone,
    Edit,
    EndsBeforeItBegins,
    OtherLanguageLeft,
    OverAlready,
    Post,
    TooManyEdits,
    Withdraw,
    edit,
    post,
    withdraw,
)
from tests.unit.notify.given import DAY, HERE, HOUR, NOW, RESIDENT, STAFF, STAFF_ELSEWHERE

WATER = Post(community=HERE, title="停水通知", text="周六上午九点至十一点停水。", valid_until=NOW + DAY)


def posted(command: Post = WATER) -> Announcement:
    return post("announcement-1", command, STAFF, NOW).aggregate


def assert_folds(before: Announcement | None, decision: Decision[Announcement]) -> None:
    state: dict[str, Any] = {} if before is None else before.public().model_dump(mode="json")
    for event in decision.events:
        state = fold(state, AnnouncementState, event.public_data())
    assert state == decision.aggregate.public().model_dump(mode="json")


def test_staff_post_and_nobody_else() -> None:
    decision = post("announcement-1", WATER, STAFF, NOW)
    assert (decision.aggregate.valid_from, decision.aggregate.public().revision) == (NOW, 1)
    assert_folds(None, decision)
    for other in (RESIDENT, STAFF_ELSEWHERE):
        with pytest.raises(NotYours):
            post("announcement-1", WATER, other, NOW)


@pytest.mark.parametrize("until", [timedelta(0), -HOUR])
def test_what_would_never_hang_is_refused(until: timedelta) -> None:
    with pytest.raises(EndsBeforeItBegins):
        post("announcement-1", WATER.model_copy(update={"valid_until": NOW + until}), STAFF, NOW)
    with pytest.raises(EndsBeforeItBegins):
        edit(posted(), Edit(reason="改期", valid_from=NOW + 2 * DAY), STAFF, NOW)


def test_what_is_over_is_not_posted_and_what_hangs_may_be_ended_by_an_edit() -> None:
    with pytest.raises(OverAlready):
        post("a-1", WATER.model_copy(update={"valid_from": NOW - DAY, "valid_until": NOW}), STAFF, NOW)
    ended = edit(posted(), Edit(reason="提前结束", valid_until=NOW + HOUR), STAFF, NOW + 2 * HOUR).aggregate
    assert ended.valid_until == NOW + HOUR


def test_an_edit_keeps_the_words_before_it() -> None:
    before = posted()
    decision = edit(before, Edit(reason="时间有变", text="改为周日。"), STAFF, NOW + HOUR)
    after = decision.aggregate
    assert (after.text, after.title) == ("改为周日。", "停水通知")
    (entry,) = after.edits
    assert (entry.at, entry.reason, entry.text, entry.by) == (NOW + HOUR, "时间有变", before.text, "staff-1")
    assert (after.public().revision, after.public().edited_at) == (2, NOW + HOUR)
    assert_folds(before, decision)


def test_who_reads_english_never_reads_on_what_was_changed() -> None:
    both = posted(WATER.model_copy(update={"title_en": "No water", "text_en": "Saturday, nine to eleven."}))
    for half in ({"text": "改为周日。"}, {"title": "停水改期"}, {"text": "改为周日。", "title_en": "Moved"}):
        with pytest.raises(OtherLanguageLeft):
            edit(both, Edit.model_validate({"reason": "时间有变", **half}), STAFF, NOW)
    said = edit(both, Edit(reason="时间有变", text="改为周日。", text_en="On Sunday."), STAFF, NOW).aggregate
    assert (said.text_en, said.title_en) == ("On Sunday.", "No water")
    alone = edit(both, Edit(reason="时间有变", text="改为周日。", text_en=None), STAFF, NOW).aggregate
    assert alone.text_en is None
    assert edit(both, Edit(reason="错字", text_en="Saturday, 9 to 11."), STAFF, NOW).aggregate.text == both.text
    assert edit(both, Edit(reason="置顶", pinned=True), STAFF, NOW).aggregate.pinned


def test_an_edit_can_take_the_end_away_and_one_that_changes_nothing_is_none() -> None:
    before = posted()
    assert edit(before, Edit(reason="无", title="停水通知", pinned=False), STAFF, NOW).events == ()
    assert edit(before, Edit(reason="无", title=None, text=None), STAFF, NOW).events == ()
    longer = edit(before, Edit(reason="长期有效", valid_until=None), STAFF, NOW).aggregate
    assert longer.valid_until is None
    assert longer.edits[0].valid_until == NOW + DAY


def test_the_log_of_edits_is_never_cut() -> None:
    announcement = posted()
    for n in range(MOST_EDITS):
        announcement = edit(announcement, Edit(reason="修改", title=f"通知 {n}"), STAFF, NOW).aggregate
    with pytest.raises(TooManyEdits):
        edit(announcement, Edit(reason="修改", title="再改"), STAFF, NOW)


def test_what_was_withdrawn_stays_as_it_was() -> None:
    before = posted()
    decision = withdraw(before, Withdraw(reason="已恢复供水"), STAFF, NOW)
    assert_folds(before, decision)
    assert withdraw(decision.aggregate, Withdraw(reason="再撤"), STAFF, NOW).events == ()
    with pytest.raises(AnnouncementGone):
        edit(decision.aggregate, Edit(reason="改", title="新"), STAFF, NOW)
    with pytest.raises(NotYours):
        withdraw(before, Withdraw(reason="撤"), RESIDENT, NOW)


def test_private_numbers_in_an_announcement_are_masked() -> None:
    announcement = posted(WATER.model_copy(update={"text": "请联系王女士 13812345678"}))
    assert "13812345678" not in str(announcement.public().model_dump())
