"""What people are told of their seats, of alerts and of meals: once, by a fact, and only while it is true."""

from typing import Any

from services.contracts import activities as a
from services.contracts import issues as i
from services.contracts import volunteers as v
from tests.integration.notify.calling import Api
from tests.integration.notify.house import House
from tests.integration.notify.records import fact, promoted, registered, scheduled, staffed, waitlisted
from tests.unit.notify.given import DAY, HERE, HOUR, NIGHT, NOW, RESIDENT, STAFF

SOON, LATER = NOW + 3 * DAY, NOW + 5 * DAY


def at(sequence: int, event: Any, id: str = "activity-1") -> Any:
    return fact(event, id, sequence)


def left(person: str, why: a.Leaving, **more: Any) -> a.ActivityWithdrawn:
    return a.ActivityWithdrawn(person=person, party=1, waitlisted=False, taken=0, waiting=0, why=why, **more)


async def words(api: Api, kind: str) -> list[str]:
    found = (await api.call(RESIDENT, "GET", "/me/notices")).json()["items"]
    return [f"{each['subject']} {each['body']}" for each in found if each["kind"] == kind]


async def test_a_move_asks_who_has_a_seat_and_what_is_answered_is_not_asked_any_more(house: House, api: Api) -> None:
    moved = a.ActivityMoved(
        starts_at=LATER,
        ends_at=LATER + 2 * HOUR,
        venue="plaza",
        building=None,
        previous_starts_at=SOON,
        previous_venue="plaza",
        asks_until=LATER - DAY,
    )
    for person in ("resident-1", "resident-2", "resident-3"):
        await house.know(person, f"{person}@example.org")
    house.now = NIGHT
    story = [
        scheduled(SOON),
        registered("resident-1", 2, SOON),
        registered("resident-2", 3, SOON),
        waitlisted("resident-3", 4),
        at(5, moved),
        at(6, a.ActivityConfirmed(person="resident-1", party=1, starts_at=LATER)),
        at(7, left("resident-2", a.Leaving.MOVE_UNANSWERED)),
    ]
    await house.take(story)
    await house.take(story)
    (asked,) = await words(api, "activity-moved")
    assert "请在 11月28日" in asked
    by_mail = {(who, kind): (status, why) for who, kind, _, status, why in await house.told(channel="email")}
    assert by_mail[("resident-1", "activity-moved")] == ("suppressed", "superseded")
    assert by_mail[("resident-2", "activity-moved")] == ("suppressed", "superseded")
    assert by_mail[("resident-2", "place-lost")] == ("queued", None)
    assert by_mail[("resident-3", "activity-moved")] == ("queued", None)
    waits = await house.db["notices"].find_one({"state.recipient": "resident-3", "state.kind": "activity-moved"})
    assert waits is not None
    assert waits["state"]["particulars"]["asks_until"] is None


async def test_who_agreed_to_the_day_of_a_move_before_is_told_of_it_and_not_asked(house: House, api: Api) -> None:
    moved = a.ActivityMoved(
        starts_at=LATER,
        ends_at=LATER + 2 * HOUR,
        venue="plaza",
        previous_starts_at=SOON,
        previous_venue="plaza",
        asks_until=LATER - DAY,
        unasked=["resident-1"],
    )
    await house.take([scheduled(SOON), registered("resident-1", 2, SOON), registered("resident-2", 3, SOON)])
    await house.take([at(4, moved)])
    (told,) = await words(api, "activity-moved")
    assert "您的报名在新时间仍然有效" in told
    asked = [
        (each["state"]["recipient"], each["state"]["particulars"]["asks_until"] is not None)
        async for each in house.db["notices"].find({"state.kind": "activity-moved", "state.channel": "inbox"})
    ]
    assert sorted(asked) == [("resident-1", False), ("resident-2", True)]


async def test_another_place_is_told_as_such_and_takes_back_no_promise_to_help(house: House, api: Api) -> None:
    placed = a.ActivityMoved(
        starts_at=LATER,
        ends_at=LATER + 2 * HOUR,
        venue="plaza",
        building=None,
        previous_starts_at=LATER,
        previous_ends_at=LATER + 2 * HOUR,
        previous_venue="hall",
    )
    await house.take([scheduled(LATER), staffed(["resident-1"], 2), at(3, placed)])
    (told,) = await words(api, "activity-moved")
    assert told.startswith("活动换地点：")
    assert "您答应的志愿服务仍然有效" in told


async def test_who_waits_hears_of_the_list_of_a_kept_place_and_of_its_loss(house: House, api: Api) -> None:
    await house.take([scheduled(SOON), waitlisted("resident-1", 2)])
    up = a.ActivityMovedUp(person="resident-1", position=1, reason="家有高龄老人")
    offer = a.ActivityOffered(person="resident-1", party=1, until=NOW + 6 * HOUR, starts_at=SOON)
    await house.take([at(3, up), at(4, offer)])
    assert "第 1 位" in (await words(api, "moved-up"))[0]
    assert "请在 11月24日 周二 18:00 前答复" in (await words(api, "place-offered"))[0]
    await house.take([at(5, left("resident-1", a.Leaving.OFFER_EXPIRED))])
    (lost,) = await words(api, "place-lost")
    assert "到时没有收到答复" in lost
    await house.take([registered("resident-1", 6, SOON), at(7, left("resident-1", a.Leaving.OWN))])
    assert len(await words(api, "place-lost")) == 1, "who leaves by themselves knows it"
    await house.take([waitlisted("resident-2", 8), promoted("resident-2", 9, SOON)])
    assert ("resident-2", "registration-promoted", "inbox", "delivered", None) in await house.told()


async def test_changes_breaking_off_and_missing_helpers_reach_those_whom_they_concern(house: House, api: Api) -> None:
    def changed(*fields: str) -> a.ActivityChanged:
        return a.ActivityChanged(
            fields=list(fields), title="课堂", capacity=30, details=a.ActivityDetails(), guardian_required=False
        )

    story = [scheduled(SOON), registered("resident-1", 2, SOON), staffed(["volunteer-1"], 3)]
    short = a.ActivityShortStaffed(organiser="staff-1", missing=1, starts_at=SOON, cancels_at=SOON - DAY)
    await house.take([*story, at(4, changed("capacity")), at(5, short)])
    assert await house.told(channel="inbox", kind="activity-changed") == []
    assert [each[0] for each in await house.told(channel="inbox", kind="helpers-missing")] == ["staff-1"]
    renamed = changed("title").model_copy(update={"title": "剪纸课", "previous_title": "课堂"})
    await house.take([at(6, renamed)])
    assert "“剪纸课”的安排有变动：\n· 活动名称（原名“课堂”）\n" in (await words(api, "activity-changed"))[0]
    await house.take([at(7, a.ActivityStopped(ends_at=NOW, reason="停电"))])
    assert "“剪纸课”" in (await words(api, "activity-stopped"))[0], "later messages call it by its new name"
    for kind in ("activity-changed", "activity-stopped"):
        assert [each[0] for each in await house.told(channel="inbox", kind=kind)] == ["resident-1", "volunteer-1"]


async def test_the_desk_hears_whom_it_is_to_ask_by_telephone_and_no_more_once_they_answered(
    house: House, api: Api
) -> None:
    for person in ("resident-1", "grid-1"):
        await house.know(person, f"{person}@example.org")
    until = NOW + 2 * DAY
    asks = a.ActivityDeskAsks(desk=["resident-1", "grid-1"], parties=2, until=until)
    await house.take([scheduled(SOON), at(2, asks)])
    assert [each[0] for each in await house.told(channel="inbox", kind="desk-asks")] == ["grid-1", "resident-1"]
    (told,) = await words(api, "desk-asks")
    assert "请电话询问：四点半小课堂，2 份报名" in told
    assert "请在 11月26日" in told
    house.now = NIGHT
    await house.take([at(3, asks), at(4, a.ActivityDeskAsks(desk=[], parties=0))])
    by_mail = {(who, status) for who, _, _, status, _ in await house.told(channel="email", kind="desk-asks")}
    assert ("grid-1", "suppressed") in by_mail
    assert ("grid-1", "queued") not in by_mail
    assert len(await words(api, "desk-asks")) == 2, "that nobody is left is no message"


async def test_who_helps_reads_the_title_and_venue_of_the_activity_but_of_a_private_one(house: House, api: Api) -> None:
    def helping(activity: str, need: str) -> list[Any]:
        released = [v.OfferRef(offer="offer-1", person="resident-1")]
        reminded = v.NeedReminded(
            activity=activity, person="resident-1", category="class", starts_at=SOON, ends_at=LATER, building=None
        )
        gone = v.NeedCancelled(activity=activity, status=v.NeedStatus.CANCELLED, released=released)
        return [at(3, reminded, need), at(4, gone, need)]

    secret = a.ActivityChanged(
        fields=["private", "title"],
        title="内部使用",
        capacity=30,
        details=a.ActivityDetails(),
        guardian_required=False,
        private=True,
    )
    await house.take([scheduled(SOON), *helping("activity-1", "need-1")])
    (reminder,), (released,) = await words(api, "service-reminder"), await words(api, "seat-released")
    assert "志愿服务提醒：“四点半小课堂”，" in reminder
    assert "地点：中心小广场" in reminder
    assert "志愿服务取消：“四点半小课堂”" in released
    await house.take([scheduled(SOON, id="activity-2"), at(2, secret, "activity-2"), *helping("activity-2", "need-2")])
    for kind in ("service-reminder", "seat-released"):
        named = [each for each in await words(api, kind) if "小课堂" not in each]
        assert len(named) == 1
        assert "内部使用" not in named[0]


async def test_an_organiser_hears_of_a_cancellation_that_the_terms_decided_and_of_no_other(
    house: House, api: Api
) -> None:
    story = [scheduled(SOON), registered("resident-1", 2, SOON), registered("staff-1", 3, SOON)]
    dropped = a.ActivityCancelled(
        status=a.ActivityStatus.CANCELLED, reason="志愿者不足 (too few volunteers)", organised_by="staff-1"
    )
    await house.take([*story, at(4, dropped)])
    told = await house.told(channel="inbox", kind="activity-cancelled")
    assert [each[0] for each in told] == ["resident-1", "staff-1"], "who organises and comes is told once"
    other = dropped.model_copy(update={"organised_by": None})
    await house.take([scheduled(SOON, "activity-2"), at(2, other, "activity-2")])
    assert await house.told(channel="inbox", kind="activity-cancelled") == told
    found = (await api.call(STAFF, "GET", "/me/notices")).json()["items"]
    assert [each["body"].count("志愿者不足") for each in found if each["kind"] == "activity-cancelled"] == [1]


async def test_an_author_hears_that_a_draft_was_sent_back_or_approved(house: House, api: Api) -> None:
    await house.know("resident-1", "author@example.org")
    house.now = NIGHT
    back = a.DraftChanged(status=a.DraftStatus.DRAFT, returned_to="resident-1")
    await house.take([at(2, a.DraftChanged(status=a.DraftStatus.DRAFT), "draft-1"), at(4, back, "draft-1")])
    assert len(await words(api, "draft-returned")) == 1, "whoever rewrites a draft is not told of it"
    await house.take([at(5, a.DraftSubmitted(status=a.DraftStatus.SUBMITTED), "draft-1")])
    by_mail = [each[0::3] for each in await house.told(channel="email", kind="draft-returned")]
    assert by_mail == [("resident-1", "suppressed")], "it was submitted again before the mail went"
    approved = a.DraftApproved(status=a.DraftStatus.APPROVED, activity="activity-9", author="resident-1")
    await house.take([at(6, approved, "draft-1"), at(6, approved, "draft-1")])
    (told,) = await words(api, "draft-approved")
    assert "通过审核" in told


async def test_alerts_reach_who_is_on_duty_and_who_stands_in_for_an_elder(house: House, api: Api) -> None:
    body = {"kinds": {}, "routes": [], "on_duty": ["grid-1"]}
    assert (await api.call(STAFF, "PUT", f"/communities/{HERE}/routing", body)).json()["on_duty"] == ["grid-1"]
    await house.know("grid-1", "grid@example.org")
    house.now = NIGHT
    place = i.PlaceRegistered(kind=i.PlaceKind.BUILDING, title="9号楼", number=9)
    figures = {"on": NIGHT.date(), "stops": 2, "loaded": 2, "delivered": 1, "returned": 1}
    meal: dict[str, Any] = {"status": v.MealRoundStatus.UNDER_WAY, **figures}
    times = {"starts_at": NIGHT - 14 * HOUR, "ends_at": NIGHT - 13 * HOUR}
    silent = v.NeedUnreported(
        care_plan="plan-1", category="visit", volunteers=["volunteer-1"], status=v.NeedStatus.STAFFED, **times
    )
    taken = v.NeedReopened(
        origin=v.Origin.DIRECT,
        activity=None,
        offer="offer-1",
        person="volunteer-2",
        filled=0,
        volunteers=[],
        status=v.NeedStatus.OPEN,
        taken_off=v.TakenOff.AT_THEIR_WISH,
    )
    await house.take(
        [
            at(1, place, "place-9"),
            at(1, v.MealMissed(person="resident-1", building="place-9", **meal), "round-1"),
            at(2, v.MealStopCancelled(person="resident-1", **meal), "round-1"),
            at(1, silent, "need-1"),
            at(1, taken, "need-2"),
            at(2, taken.model_copy(update={"person": "volunteer-3", "taken_off": None}), "need-2"),
        ]
    )
    told = await house.told(channel="inbox")
    assert [each[:2] for each in told] == [
        ("grid-1", "meal-alert"),
        ("grid-1", "visit-unreported"),
        ("resident-1", "meal-cancelled"),
        ("resident-1", "meal-missed"),
        ("volunteer-1", "report-wanted"),
        ("volunteer-2", "taken-off"),
    ]
    mails = house.db["notices"].find({"state.recipient": "grid-1", "state.channel": "email"}).sort("state.kind", 1)
    assert [mail["state"]["not_before"] <= NIGHT async for mail in mails] == [True, False], "only an alert wakes people"
    assert "让我们知道您平安" in (await words(api, "meal-missed"))[0]
    alert = await house.db["notices"].find_one({"state.kind": "meal-alert", "state.channel": "inbox"})
    assert alert is not None
    assert alert["state"]["particulars"]["title"] == "9号楼"
