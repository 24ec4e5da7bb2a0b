"""Facts become notices: who is told, and who is not and why; and reading the topics again tells nobody anew."""

from collections.abc import Sequence
from typing import Any

import pytest

from services.chassis.store.aggregates import Aggregates
from services.chassis.store.questions import Question, Questions
from services.chassis.store.unavailable import StoreUnavailable
from services.contracts import activities as a
from services.contracts import issues as i
from services.contracts import volunteers as v
from services.contracts.event import Event
from services.notify.settings import NotifySettings
from tests.integration.notify.house import House, a_house
from tests.integration.notify.records import (
    Record,
    a_case,
    cancelled,
    fact,
    moved,
    offered,
    promoted,
    registered,
    reminder_due,
    scheduled,
    staffed,
    waitlisted,
    withdrawn,
)
from tests.unit.notify.given import DAY, HOUR, NOW

SOON, LATER = NOW + 3 * DAY, NOW + 5 * DAY
NO_ADDRESS = ("email", "suppressed", "no-address")


async def test_a_store_that_is_away_while_somebody_is_told_is_waited_out(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries, create = list[str](), Aggregates.create_each

    async def away(self: Aggregates[Any], wanted: Any, cause: Any, **more: Any) -> Any:
        tries.append("")
        if len(tries) <= 4:  # more often than a mistake of our own would be tried
            raise StoreUnavailable()
        return await create(self, wanted, cause, **more)

    monkeypatch.setattr(Aggregates, "create_each", away)
    await house.take(a_case())
    assert ("resident-1", "case-verified", "inbox", "delivered", None) in await house.told()


async def test_all_that_telling_of_an_event_needs_to_know_is_asked_in_one_call(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls, together = list[set[str]](), Questions._together

    async def noted(self: Questions, asked: Sequence[Question]) -> Any:
        calls.append({each.collection for each in asked})
        return await together(self, asked)

    *before, verified = a_case()
    await house.know("resident-1")
    await house.take(before)
    monkeypatch.setattr(Questions, "_together", noted)
    await house.take([verified])
    assert calls == [{"notices", "subjects", "supporters", "notice_endpoints", "persons"}]
    assert ("resident-1", "case-verified", "email", "queued", None) in await house.told()


def a_long_story() -> list[Record]:
    """Two activities, a case, an offer: with moves, withdrawals and people who come back."""
    return [
        *a_case(),
        scheduled(SOON),
        registered("resident-1", 2, SOON),
        staffed(["volunteer-1"], 3),
        registered("resident-2", 4, SOON),
        waitlisted("resident-3", 5),
        moved(SOON, LATER, 6),
        withdrawn("resident-1", 7),
        promoted("resident-3", 8, LATER),
        registered("resident-1", 9, LATER),
        staffed(["volunteer-1", "volunteer-2"], 10),
        moved(LATER, SOON, 11),
        withdrawn("resident-2", 12),
        offered("volunteer-2", 2),
        scheduled(SOON, "activity-2"),
        registered("resident-1", 2, SOON, "activity-2"),
        registered("resident-4", 3, SOON, "activity-2"),
        withdrawn("resident-4", 4, "activity-2"),
        cancelled(5, "activity-2"),
    ]


async def test_the_reporter_hears_of_dispatch_and_verification(house: House) -> None:
    await house.take(a_case())
    assert await house.told(channel="inbox") == [
        ("resident-1", "case-dispatched", "inbox", "delivered", None),
        ("resident-1", "case-verified", "inbox", "delivered", None),
    ]
    assert [each[2:] for each in await house.told(channel="email")] == [NO_ADDRESS, NO_ADDRESS]
    (notice,) = await house.db["notices"].find({"state.kind": "case-verified", "state.channel": "inbox"}).to_list(None)
    assert notice["state"]["particulars"]["title"] == "楼道灯不亮"
    assert notice["state"]["cause"] == "case-1.4"


async def test_the_reporter_hears_of_a_new_deadline_after_an_extension_and_a_pause(house: House) -> None:
    reported, accepted, dispatched, _ = a_case()
    extended = i.CaseExtended(extension_requested=False, extended=1, due_at=SOON, overdue=False, by="staff-1")
    paused = i.CasePaused(status=i.CaseStatus.PAUSED, paused_until=LATER, due_at=None, reason="等配件", by="staff-1")
    resumed = i.CaseResumed(status=i.CaseStatus.DISPATCHED, paused_until=None, due_at=LATER + HOUR, by="system")
    later = [fact(event, "case-1", n) for n, event in enumerate((extended, paused, resumed), 4)]
    await house.take([reported, accepted, dispatched, *later])
    await house.take([reported, accepted, dispatched, *later])
    found = await house.db["notices"].find({"state.channel": "inbox"}).sort("state.version", 1).to_list(None)
    told = [(each["state"]["kind"], each["state"]["particulars"]["due_at"]) for each in found]
    assert told == [("case-dispatched", due) for due in (NOW + DAY, SOON, LATER + HOUR)]


async def test_a_report_without_a_person_tells_nobody(house: House) -> None:
    await house.take(a_case(reporter=None))
    assert await house.told() == []


async def test_an_anonymised_report_tells_nobody_afterwards(house: House) -> None:
    reported, accepted, dispatched, _ = a_case()
    forgotten = fact(i.CaseAnonymised(reporter=None, photos=0), "case-1", 3)
    again = Record(dispatched.topic, dispatched.key, dispatched.value, list(a_case()[3].headers))
    again.headers = [
        (name, dispatched.headers[n][1] if name in ("ce_type", "ce_dataschema") else value)
        for n, (name, value) in enumerate(again.headers)
    ]
    await house.take([reported, accepted, forgotten, again])
    assert await house.told() == []


async def test_registration_is_confirmed_and_reminded_of_when_that_is_due(house: House) -> None:
    await house.take([scheduled(SOON), registered("resident-1", 2, SOON), waitlisted("resident-2", 3)])
    told = [
        ("resident-1", "registration-confirmed", "inbox", "delivered", None),
        ("resident-2", "registration-waiting", "inbox", "delivered", None),
    ]
    assert await house.told(channel="inbox") == told
    house.now = SOON - DAY
    await house.take([reminder_due(SOON, 4)])
    reminder = ("resident-1", "activity-reminder", "inbox", "delivered", None)
    assert await house.told(channel="inbox") == [reminder, *told]


async def test_an_old_fact_that_comes_late_reminds_nobody(house: House) -> None:
    house.now = NOW + 30 * DAY
    await house.take([scheduled(SOON), registered("resident-1", 2, SOON)])
    assert {each[3:] for each in await house.told(channel="inbox")} == {("suppressed", "expired")}


async def test_a_move_tells_all_who_count_on_it(house: House) -> None:
    story = [
        scheduled(SOON),
        registered("resident-1", 2, SOON),
        waitlisted("resident-2", 3),
        staffed(["volunteer-1"], 4),
    ]
    await house.take([*story, moved(SOON, LATER, 5)])
    told = await house.told(channel="inbox")
    assert [each[0] for each in told if each[1] == "activity-moved"] == ["resident-1", "resident-2", "volunteer-1"]


def need_moved(sequence: int, people: list[str]) -> Record:
    """The need of the activity follows it to another day, and `people` are free."""
    released = [v.OfferRef(offer=f"offer-{n}", person=person) for n, person in enumerate(people)]
    gone = v.NeedMoved(
        starts_at=LATER,
        ends_at=LATER + 2 * HOUR,
        building=None,
        filled=0,
        volunteers=[],
        status=v.NeedStatus.OPEN,
        released=released,
        activity="activity-1",
    )
    return fact(gone, "need-1", sequence)


@pytest.mark.parametrize("order", ["as-it-goes", "need-late", "need-first"])
async def test_a_move_tells_a_helper_once_and_who_was_only_asked_of_the_need(house: House, order: str) -> None:
    """The helper is told of the activity, whichever topic is ahead: who is freed is at once no helper any more."""
    await house.take([scheduled(SOON), staffed(["volunteer-1"], 2)])
    went, freed = moved(SOON, LATER, 3), fact(a.ActivityUnderstaffed(volunteers=[]), "activity-1", 4)
    need = need_moved(5, ["volunteer-1", "asked-1"])
    told = {"as-it-goes": [went, need, freed], "need-late": [went, freed, need], "need-first": [need, went, freed]}
    for each in told[order]:
        await house.take([each])
    assert sorted(each[:2] for each in await house.told(channel="inbox")) == [
        ("asked-1", "seat-released"),
        ("volunteer-1", "activity-moved"),
    ]


async def test_a_helper_of_an_activity_that_never_found_all_hears_why_it_is_off_once(house: House) -> None:
    one = fact(a.ActivityHelpersJoined(volunteers=["volunteer-1"]), "activity-1", 2)
    released = [v.OfferRef(offer="offer-1", person="volunteer-1")]
    gone = v.NeedCancelled(activity="activity-1", status=v.NeedStatus.CANCELLED, released=released)
    await house.take([scheduled(SOON), one, cancelled(3), fact(gone, "need-1", 4)])
    assert [each[:2] for each in await house.told(channel="inbox")] == [("volunteer-1", "activity-cancelled")]


async def test_a_cancellation_reaches_all_but_those_who_left(house: House) -> None:
    story = [
        scheduled(SOON),
        registered("resident-1", 2, SOON),
        registered("resident-2", 3, SOON),
        withdrawn("resident-2", 4),
        staffed(["volunteer-1"], 5),
    ]
    await house.take([*story, cancelled(6)])
    told = await house.told(channel="inbox")
    assert [each[0] for each in told if each[1] == "activity-cancelled"] == ["resident-1", "volunteer-1"]


async def test_a_volunteer_is_asked_and_not_again_after_answering(house: House) -> None:
    await house.know("volunteer-1")
    house.now = NOW + 10 * HOUR  # 22:00: the mail waits for the morning
    declined = fact(v.NeedDeclined(offer="offer-2", person="volunteer-1"), "need-1", 3)
    await house.take([offered("volunteer-1", 2, expires_in=40 * HOUR)])
    assert ("volunteer-1", "seat-offered", "email", "queued", None) in await house.told()
    await house.take([declined])
    assert await house.told() == [
        ("volunteer-1", "seat-offered", "email", "suppressed", "superseded"),
        ("volunteer-1", "seat-offered", "inbox", "delivered", None),
    ]


async def test_a_cancelled_need_without_activity_releases_its_people_once(house: House) -> None:
    released = [v.OfferRef(offer="offer-1", person="volunteer-1"), v.OfferRef(offer="offer-2", person="volunteer-1")]
    gone = v.NeedCancelled(activity=None, status=v.NeedStatus.CANCELLED, released=released)
    await house.take([fact(gone, "need-1", 4)])
    assert await house.told(channel="inbox") == [("volunteer-1", "seat-released", "inbox", "delivered", None)]


@pytest.mark.parametrize("batch", [1, 3, 1000])
async def test_reading_the_topics_again_changes_nothing(house: House, batch: int) -> None:
    await house.take(a_long_story(), batch)
    before = await house.everything()
    assert len(before) > 20
    house.now = NOW + 2 * HOUR
    for other_batch in (1000, 1, 4):
        await house.take(a_long_story(), other_batch)
    assert await house.everything() == before


async def test_batches_make_no_difference_to_who_is_told(house: House) -> None:
    await house.take(a_long_story(), 1)
    told = [each for each in await house.told() if each[1] != "activity-reminder"]
    await house.db["notices"].delete_many({})
    for collection in ("subjects", "attendances", "staffings"):
        await house.db[collection].delete_many({})
    await house.take(a_long_story(), 1000)
    assert [each for each in await house.told() if each[1] != "activity-reminder"] == told


async def test_a_channel_set_up_later_sends_nothing_old(house: House, settings: NotifySettings) -> None:
    async with a_house(settings.model_copy(update={"smtp_host": None})) as without_mail:
        await without_mail.know("resident-1")
        await without_mail.take(a_case())
    await house.take(a_case())
    assert {each[2:] for each in await house.told(channel="email")} == {("email", "suppressed", "channel-off")}


async def test_supporters_of_a_case_hear_what_its_reporter_hears_until_they_leave(house: House) -> None:
    reported, accepted, dispatched, verified = a_case()
    joined = i.SupportGiven(subject="case-1", of="case", person="resident-2", by="resident-2")
    joined_too = i.SupportGiven(subject="case-1", of="case", person="resident-3", by="resident-3")
    left = i.SupportWithdrawn(subject="case-1", of="case", person="resident-3", by="resident-3")
    await house.take([reported, accepted, fact(joined, "support-2", 1), fact(joined_too, "support-3", 1)])
    await house.take([dispatched])
    await house.take([fact(left, "support-3", 2)])
    await house.take([verified])
    told = {(each[0], each[1]) for each in await house.told(channel="inbox")}
    assert told == {
        *((who, "case-dispatched") for who in ("resident-1", "resident-2", "resident-3")),
        *((who, "case-verified") for who in ("resident-1", "resident-2")),
    }


async def test_people_of_a_merged_case_hear_of_the_one_that_goes_on_each_once(house: House) -> None:
    nothing: dict[str, Any] = {"phase": None, "phase_due_at": None, "due_at": None, "by": "staff-1"}
    merged = i.CaseMerged(status=i.CaseStatus.MERGED, merged_into="case-1", **nothing)
    apart = i.CaseUnmerged(status=i.CaseStatus.ACCEPTED, merged_into=None, previous_case="case-1", **nothing)
    both = i.SupportGiven(subject="case-1", of="case", person="resident-9", by="resident-9")
    reported, accepted, dispatched, verified = a_case()
    other = a_case("case-2", reporter="resident-9")[:2]
    await house.take([reported, accepted, *other, fact(both, "support-1", 1), fact(merged, "case-2", 3)])
    await house.take([dispatched])
    await house.take([fact(apart, "case-2", 4)])
    await house.take([verified])
    told = [(each[0], each[1]) for each in await house.told(channel="inbox")]
    assert sorted(told) == [
        ("resident-1", "case-dispatched"),
        ("resident-1", "case-verified"),
        ("resident-9", "case-dispatched"),  # merged
        ("resident-9", "case-dispatched"),  # the other one, once, though they joined it as well
        ("resident-9", "case-verified"),  # for they joined it
    ]
    queued = await house.db["notices"].find({"state.cause": "case-2.3"}).to_list(None)
    assert {notice["state"]["particulars"]["merged"] for notice in queued} == {True}


async def test_supporters_of_a_wish_hear_the_answer(house: House) -> None:
    wish: dict[str, Any] = {"title": "建老年食堂", "status": i.WishStatus.OPEN, "proposed_at": NOW}
    proposed = i.WishProposed(proposer="resident-1", supporters=1, **wish)
    given = i.SupportGiven(subject="wish-1", of="wish", person="resident-2", by="resident-2")
    answered = i.WishAnswered(
        status=i.WishStatus.ACCEPTED, answer="列入计划", answered_at=NOW, proposer="resident-1", by="staff-1"
    )
    await house.take([fact(proposed, "wish-1", 1), fact(given, "support-9", 1)])
    await house.take([fact(answered, "wish-1", 2)])
    told = {(each[0], each[1]) for each in await house.told(channel="inbox")}
    assert told == {("resident-1", "wish-answered"), ("resident-2", "wish-answered")}


@pytest.mark.parametrize(
    ("then", "called"),
    [
        (i.WishAnonymised(proposer=None, title="（已删除）"), "（已删除）"),
        (i.WishRetitled(title="建食堂", by="staff-1"), "建食堂"),
        (i.WishHidden(reason="不宜公开", by="staff-1"), None),
        (i.WishAnonymised(proposer="resident-1"), "三单元的王小二建食堂"),
    ],
)
async def test_the_words_of_a_wish_that_are_gone_stand_in_nobodys_inbox(
    house: House, then: Event, called: str | None
) -> None:
    """Its supporters were told of it by the title that it had; an erased proposer's words stayed with them."""
    wish: dict[str, Any] = {"title": "三单元的王小二建食堂", "status": i.WishStatus.OPEN, "proposed_at": NOW}
    answer: dict[str, Any] = {"status": i.WishStatus.ACCEPTED, "answer": "列入计划", "answered_at": NOW}
    given = i.SupportGiven(subject="wish-1", of="wish", person="resident-2", by="resident-2")
    await house.take([fact(i.WishProposed(proposer="resident-1", supporters=1, **wish), "wish-1", 1)])
    await house.take([fact(given, "support-9", 1)])
    await house.take([fact(i.WishAnswered(**answer, proposer="resident-1", by="staff-1"), "wish-1", 2)])
    await house.take([fact(then, "wish-1", 3)])
    told = await house.db["notices"].find({"state.about": "wish-1", "state.recipient": "resident-2"}).to_list(None)
    assert {each["state"]["particulars"]["title"] for each in told} == {called}
    assert len(told) == 2


async def test_who_is_told_later_reads_the_title_that_was_put_right(house: House) -> None:
    wish: dict[str, Any] = {"title": "三单元的王小二建食堂", "status": i.WishStatus.OPEN, "proposed_at": NOW}
    answer: dict[str, Any] = {"status": i.WishStatus.ACCEPTED, "answer": "列入计划", "answered_at": NOW}
    await house.take([fact(i.WishProposed(proposer="resident-1", supporters=1, **wish), "wish-1", 1)])
    await house.take([fact(i.WishRetitled(title="建食堂", by="staff-1"), "wish-1", 2)])
    await house.take([fact(i.WishAnswered(**answer, proposer="resident-1", by="staff-1"), "wish-1", 3)])
    told = await house.db["notices"].find({"state.about": "wish-1"}).to_list(None)
    assert {each["state"]["particulars"]["title"] for each in told} == {"建食堂"}
