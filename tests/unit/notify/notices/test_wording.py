"""Every kind of notice has its words in both languages, whatever is known of what it speaks of."""

import asyncio
from datetime import timedelta

import pytest

from services.contracts.notices import NoticeKind
from services.notify.channels.wecom import LONGEST
from services.notify.notices.domain.bundling import open_bundle
from services.notify.notices.domain.particulars import Particulars
from services.notify.notices.domain.planning import Bundle
from services.notify.notices.wording import Wording
from services.notify.routing.shipped import RULES
from services.notify.shared.values import Way
from tests.unit.notify.given import HERE, NAMES, NOW, a_queued
from tests.waiting import patiently

WORDING = Wording(NAMES)
EVERYTHING = Particulars(
    title="四点半小课堂",
    title_en="After-school class",
    category_zh="公共照明",
    category_en="Lighting",
    work="visit",
    activity_title="四点半小课堂",
    activity_title_en="After-school class",
    starts_at=NOW,
    ends_at=NOW + timedelta(hours=2),
    venue="plaza",
    previous_title="课堂",
    previous_starts_at=NOW - timedelta(days=1),
    previous_ends_at=NOW - timedelta(hours=22),
    previous_venue="hall",
    due_at=NOW,
    answer_by=NOW,
    party=2,
    text="下雨",
    accepted=True,
    why="safety",
    on=NOW,
    until=NOW + timedelta(days=7),
    date_count=2,
    asks_until=NOW,
    decided_at=NOW,
    position=3,
    missing=2,
    parties=2,
    minutes=90,
    waitlisted=True,
    coming=True,
    restored=True,
)
CASES = [
    (kind, version, language)
    for kind in RULES
    for version in range(1, RULES[kind].template + 1)
    for language in ("zh", "en")
]


class Slow:
    """What a community has set up, in one respect. It is known once everything has begun to be read."""

    def __init__(self, begun: list["Slow"], everything: asyncio.Event) -> None:
        self._begun = begun
        self._everything = everything
        self.reading: asyncio.Task[bool] | None = None

    def begin(self, community: str) -> None:
        if self.reading is None:
            self._begun.append(self)
            self.reading = asyncio.create_task(self._everything.wait())
            if len(self._begun) == 3:
                self._everything.set()

    async def ready(self, community: str) -> None:
        self.begin(community)
        if self.reading is not None:
            await self.reading

    of = ready


async def test_what_a_community_has_set_up_is_read_side_by_side() -> None:
    begun, everything = list[Slow](), asyncio.Event()
    slow = [Slow(begun, everything) for _ in range(3)]
    wording = Wording(NAMES, *slow)  # type: ignore[arg-type]  # as much of each as it uses
    async with asyncio.timeout(patiently(5)):
        await wording.ready([HERE])
    assert begun == slow


def test_every_kind_has_its_rule() -> None:
    assert set(RULES) >= set(NoticeKind)


@pytest.mark.parametrize("particulars", [EVERYTHING, Particulars()], ids=["all", "nothing"])
@pytest.mark.parametrize(("kind", "version", "language"), CASES)
def test_every_kind_has_words_in_every_version_and_language(
    kind: str, version: int, language: str, particulars: Particulars
) -> None:
    words = WORDING.render(kind, version, language, HERE, particulars)
    assert words.subject
    assert "\n" not in words.subject
    assert words.body.rstrip().endswith("Sunshine Community" if language == "en" else "阳光社区")
    for leftover in ("{{", "}}", "{%"):
        assert leftover not in words.subject + words.body
    if particulars is EVERYTHING:
        assert "None" not in words.subject + words.body


@pytest.mark.parametrize("language", ["zh", "en"])
def test_what_befalls_a_case_one_after_the_other_reads_differently_also_where_no_unit_is_named(language: str) -> None:
    known = Particulars(title="楼道灯不亮", due_at=NOW)
    said = [
        WORDING.render("case-dispatched", RULES["case-dispatched"].template, language, HERE, each)
        for each in (known, *(known.model_copy(update={name: True}) for name in ("reassigned", "moved", "resumed")))
    ]
    assert len({words.subject for words in said}) == len({words.body for words in said}) == len(said)


def test_times_are_those_of_the_community() -> None:
    words = WORDING.render(NoticeKind.ACTIVITY_REMINDER, 1, "zh", HERE, EVERYTHING)
    assert "11月24日 周二 12:00" in words.body
    assert "中心小广场" in words.body
    english = WORDING.render(NoticeKind.ACTIVITY_REMINDER, 1, "en", HERE, EVERYTHING)
    assert "Tue 24 Nov, 12:00" in english.body
    assert "After-school class" in english.subject


@pytest.mark.parametrize(("language", "asked"), [("zh", "没有答复"), ("en", "Without an answer")])
def test_who_moves_up_onto_another_day_is_asked_and_nobody_else(language: str, asked: str) -> None:
    sure = EVERYTHING.model_copy(update={"asks_until": None})
    told = [WORDING.render(NoticeKind.REGISTRATION_PROMOTED, 2, language, HERE, each) for each in (EVERYTHING, sure)]
    assert [asked in words.body for words in told] == [True, False]


MOVED = Particulars(
    title="小汇演",
    starts_at=NOW,
    ends_at=NOW + timedelta(hours=2),
    venue="plaza",
    previous_starts_at=NOW,
    previous_ends_at=NOW + timedelta(hours=2),
    previous_venue="hall",
)
"""Another place at the same time."""


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("volunteering", [None, True])
def test_another_place_is_no_other_time_and_takes_back_no_promise(language: str, volunteering: bool | None) -> None:
    told = MOVED.model_copy(update={"volunteering": volunteering})
    words = WORDING.render(NoticeKind.ACTIVITY_MOVED, 4, language, HERE, told)
    both = words.subject + words.body
    hall, plaza = NAMES.venue("hall", language), NAMES.venue("plaza", language)
    assert (f"{plaza}（原定 {hall}）" if language == "zh" else f"{plaza} (it was {hall})") in words.body
    for untrue in ("改期", "新时间", "不再有效", "Moved", "new time", "does not hold"):
        assert untrue not in both
    assert ("仍然有效" if language == "zh" else "holds") in words.body


def test_another_end_is_named_beside_the_one_before() -> None:
    later = MOVED.model_copy(update={"ends_at": NOW + timedelta(hours=3), "previous_venue": "plaza"})
    words = WORDING.render(NoticeKind.ACTIVITY_MOVED, 4, "zh", HERE, later)
    assert "原定：11月24日 周二 12:00 至 11月24日 周二 14:00\n" in words.body
    assert "现在：11月24日 周二 12:00 至 11月24日 周二 15:00\n" in words.body
    helps = WORDING.render(NoticeKind.ACTIVITY_MOVED, 4, "zh", HERE, later.model_copy(update={"volunteering": True}))
    assert "不再有效" in helps.body


@pytest.mark.parametrize("why", ["offer-expired", "move-unanswered"])
def test_who_lost_a_kept_place_is_not_told_that_another_has_it_for_nobody_may_wait(why: str) -> None:
    told = EVERYTHING.model_copy(update={"why": why})
    for language, untrue, again in (("zh", "让给", "重新报名"), ("en", "went to", "register again")):
        body = WORDING.render("place-lost", 2, language, HERE, told).body
        assert untrue not in body
        assert again in body


@pytest.mark.parametrize(("language", "said"), [("zh", "恢复举行"), ("en", "takes place after all")])
def test_a_date_that_takes_place_after_all_is_told_as_that_and_no_other_is(language: str, said: str) -> None:
    as_ever = EVERYTHING.model_copy(update={"restored": False})
    words = [
        WORDING.render(NoticeKind.REGISTRATION_CONFIRMED, 2, language, HERE, each) for each in (EVERYTHING, as_ever)
    ]
    assert [(said in each.subject, said in each.body) for each in words] == [(True, True), (False, False)]


def test_a_title_that_spans_lines_stays_in_the_subject() -> None:
    title = "义诊\nBcc: everybody@example.org"
    words = WORDING.render(NoticeKind.ACTIVITY_REMINDER, 1, "zh", HERE, Particulars(title=title, starts_at=NOW))
    assert "\n" not in words.subject


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("count", [2, 20, 200])
def test_a_digest_that_has_no_room_in_wecom_names_what_it_can_and_counts_the_rest(count: int, language: str) -> None:
    parts = [a_queued(Way.WECOM, about=f"case-{n}", particulars=Particulars(title=f"第{n}号楼")) for n in range(count)]
    digest = open_bundle(parts[0], Bundle.DIGEST, NOW).aggregate
    words = WORDING.words(digest, language, parts)
    assert len(f"{words.subject}\n{words.body}".encode()) <= LONGEST + 1
    assert str(count) in words.subject
    named = sum(f"第{n}号楼" in words.body for n in range(count))
    assert named >= min(count, 20)
    assert named == count or str(count - named) in words.body
    mail = digest.becoming(channel=Way.EMAIL)
    assert all(f"第{n}号楼" in WORDING.words(mail, language, parts).body for n in range(count))
