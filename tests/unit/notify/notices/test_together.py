"""What follows from one command is one message: which parts it has, what it says, and what is dropped of it."""

from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.contracts.notices import NoticeStatus, Suppression
from services.notify.notices.domain.notice import Draft, Notice, anonymise, drop_part, queue
from services.notify.notices.domain.particulars import Particulars
from services.notify.notices.domain.planning import Planned, Told
from services.notify.notices.domain.together import ABSORBS, ToldPart, families
from services.notify.routing.domain.kinds import MessageClass, Weight
from services.notify.routing.shipped import RULES
from services.notify.shared.values import Way
from tests.unit.notify.given import HERE, NOW
from tests.unit.notify.notices.test_missing_values import HOLE
from tests.unit.notify.notices.test_wording import EVERYTHING, WORDING

DAY = timedelta(days=1)
OF_ACTIVITIES = sorted(kind for kind in RULES if kind.startswith(("activity-", "registration-", "place-")))


def part(kind: str, n: int, version: int = 5, **more: object) -> ToldPart:
    told = Particulars.model_validate({"title": "四点半小课堂", "starts_at": NOW + n * DAY, **more})
    return ToldPart(
        kind=kind, about=f"activity-{n}", cause=f"activity-{n}.{version}", version=version, particulars=told
    )


def notice(*parts: ToldPart) -> Notice:
    draft = Draft(
        community=HERE,
        recipient="resident-1",
        kind=parts[0].kind,
        cause="series-1.3",
        about="series-1",
        version=3,
        template=1,
        particulars=parts[0].particulars,
        batch="together-1",
        parts=parts,
    )
    return queue(draft, Planned(Way.EMAIL, NOW + DAY), NOW).aggregate


@settings(max_examples=60, deadline=None)
@given(st.lists(st.builds(part, st.sampled_from([*OF_ACTIVITIES, "series-enrolled"]), st.integers(1, 4)), max_size=9))
def test_each_part_is_told_once_and_in_order_with_the_kind_that_absorbs_its_own(parts: list[ToldPart]) -> None:
    found = families(parts)
    told = [(each.kind, each.about) for family in found for each in family]
    assert sorted(told) == sorted({(each.kind, each.about) for each in parts})
    kinds = {each.kind for each in parts}
    for family in found:
        first = family[0].kind
        assert {each.kind for each in family} <= {first, *ABSORBS.get(first, ())}
        for kind in {each.kind for each in family}:
            same = [each for each in family if each.kind == kind]
            assert all(a.order <= b.order for a, b in pairwise(same))
        assert not any(first in ABSORBS.get(other, ()) for other in kinds)


def test_a_date_that_has_another_name_than_the_first_is_named() -> None:
    dates = [part("activity-cancelled", n) for n in (1, 2)]
    other = part("activity-cancelled", 3, title="四点半剪纸", title_en="Paper cutting")
    for language, name in (("zh", "，“四点半剪纸”"), ("en", ", “Paper cutting”")):
        lines = WORDING.words(notice(*dates, other), language).body.splitlines()
        named = [line for line in lines if line.startswith("- ")]
        assert [line.endswith(name) for line in named] == [False, False, True]
        assert not any("，“" in line or ", “" in line for line in named[:2])


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("kind", sorted({*OF_ACTIVITIES, "series-enrolled", "class-called-off", "seat-released"}))
def test_a_message_about_several_dates_is_whole_whatever_is_known(kind: str, language: str) -> None:
    absorbed = [part(each, n, text="下雨") for n, each in enumerate(ABSORBS.get(kind, ()), 9)]
    for told in (EVERYTHING.model_copy(update={"starts_at": None}), Particulars(), EVERYTHING):
        of_kind = [part(kind, n).model_copy(update={"particulars": told}) for n in range(1, 4)]
        words = WORDING.words(notice(*of_kind, *absorbed), language)
        assert words.body.rstrip().endswith("Sunshine Community" if language == "en" else "阳光社区")
        for line in (words.subject, *words.body.splitlines()):
            assert not HOLE.search(line), line
            assert "{" not in line
        assert "\n\n\n" not in words.body


def test_the_dates_are_named_up_to_a_dozen_and_the_others_are_counted() -> None:
    words = WORDING.words(notice(*(part("activity-cancelled", n, text="老师生病") for n in range(1, 41))), "zh")
    assert words.subject == "活动取消：四点半小课堂（40 次）"
    assert words.body.count("\n- ") == 13
    assert "- ……另有 28 次" in words.body
    assert "原因：老师生病" in words.body
    english = WORDING.words(notice(*(part("activity-cancelled", n) for n in range(1, 4))), "en")
    assert english.subject == "An activity is cancelled: 四点半小课堂 (3 dates)"
    assert english.body.count("\n- ") == 3


@pytest.mark.parametrize("volunteering", [None, True])
def test_dates_that_have_another_place_alone_are_not_said_to_have_another_time(volunteering: bool | None) -> None:
    def placed(n: int, **more: object) -> ToldPart:
        at, until = NOW + n * DAY, NOW + n * DAY + timedelta(hours=2)
        same = {"ends_at": until, "previous_starts_at": at, "previous_ends_at": until, "volunteering": volunteering}
        return part("activity-moved", n, 5, **{**same, "venue": "plaza", "previous_venue": "hall", **more})

    alone = WORDING.words(notice(placed(1), placed(2)), "zh")
    assert alone.subject == "活动换地点：四点半小课堂（2 次）"
    assert "次活动改了地点：" in alone.body
    assert "（原定 " in alone.body
    assert "不再有效" not in alone.body
    both = WORDING.words(notice(placed(1), placed(2, previous_starts_at=NOW)), "zh")
    assert both.subject == "活动改期：四点半小课堂（2 次）"
    assert "改了时间或地点" in both.body


def test_a_withdrawn_consent_is_named_for_several_dates_as_for_one() -> None:
    for why, named in (("consent-withdrawn", True), ("desk", False)):
        lost = notice(*(part("place-lost", n, why=why) for n in (1, 2)))
        assert ("监护人撤回了同意。您在" in WORDING.words(lost, "zh").body) is named
        assert ("consent was withdrawn. Your" in WORDING.words(lost, "en").body) is named


def test_who_enrols_and_waits_for_every_date_is_not_told_of_a_success() -> None:
    enrolled, waits = part("series-enrolled", 9), part("registration-waiting", 1, position=2)
    assert WORDING.words(notice(enrolled, waits), "zh").subject == "整期候补：四点半小课堂"
    assert WORDING.words(notice(enrolled, waits), "en").subject == "On the waiting list: 四点半小课堂"
    has_one = notice(enrolled, waits, part("registration-confirmed", 2))
    assert WORDING.words(has_one, "zh").subject == "整期报名成功：四点半小课堂"


def test_a_date_that_is_not_true_any_more_is_dropped_and_the_last_one_takes_the_notice_with_it() -> None:
    whole = notice(part("activity-moved", 1), part("activity-changed", 1), part("activity-moved", 2))
    assert drop_part(whole, "activity-1", "activity-moved", 5).events == ()
    fewer = drop_part(whole, "activity-1", "activity-moved", 6).aggregate
    assert [(each.kind, each.about) for each in fewer.parts] == [
        ("activity-changed", "activity-1"),
        ("activity-moved", "activity-2"),
    ]
    assert fewer.status is NoticeStatus.QUEUED
    last = drop_part(fewer, "activity-1", "activity-changed", 6).aggregate
    gone = drop_part(last, "activity-2", "activity-moved", 9).aggregate
    assert (gone.status, gone.reason) == (NoticeStatus.SUPPRESSED, Suppression.SUPERSEDED)
    lost = whole.becoming(status=NoticeStatus.SUPPRESSED, reason=Suppression.NO_ADDRESS, parts=whole.parts[:1])
    assert drop_part(lost, "activity-1", "activity-moved", 6).aggregate.outdated
    told = whole.becoming(status=NoticeStatus.DELIVERED)
    assert drop_part(told, "activity-1", "activity-moved", 6).aggregate == told


def test_of_an_erased_person_nothing_is_left_but_which_activities_it_was_about() -> None:
    erased = anonymise(notice(part("activity-moved", 1), part("activity-moved", 2))).aggregate
    assert [each.about for each in erased.parts] == ["activity-1", "activity-2"]
    assert erased.particulars == Particulars()
    assert all(each.particulars == Particulars() for each in erased.parts)


def test_who_silenced_each_of_the_activities_is_told_of_none() -> None:
    told = Told("activity-changed", Weight(MessageClass.SERVICE), "series-1", parts=("activity-1", "activity-2"))
    assert told.is_silenced({"series-1"})
    assert told.is_silenced({"activity-1", "activity-2"})
    assert not told.is_silenced({"activity-1"})
