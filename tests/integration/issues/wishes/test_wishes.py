"""Wishes over HTTP: many want the same, one answer is owed, its plan is public; what names somebody is hidden."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest

from services.chassis.clock import utc_now
from services.chassis.room import Room
from services.chassis.store.batcher import Inserts
from services.chassis.store.mongo import Database
from services.chassis.subscriber.handlers import Handlers, Received
from services.chassis.sweeper import Sweep
from services.contracts.envelope import Envelope
from services.contracts.issues import WishShown
from services.issues.supports.counting import SupporterCounting
from services.issues.wishes.domain.open_limit import MAX_OPEN
from services.issues.wishes.domain.wishes import mark_overdue
from services.issues.wishes.store import wishes_overdue
from tests.integration.issues.calling import Api
from tests.integration.issues.kept import Kept
from tests.integration.issues.neighbours import residents
from tests.integration.issues.opening import erase
from tests.unit.issues.world import HERE, NEIGHBOUR, RESIDENT, STAFF, WALKER


async def test_many_support_at_once_and_each_counts_once(api: Api, store: Kept, opened: Sequence[Room]) -> None:
    wish = await api.made(RESIDENT, "/wishes", {"community": HERE, "title": "建老年食堂"})
    at, people = f"/wishes/{wish['id']}", residents(120)
    await asyncio.gather(*(api.made(by, f"{at}/support", None) for by in [*people, RESIDENT, *people[:30]]))
    shown = (await api.get(people[0], at)).json
    assert (shown["supporters"], shown["mine"]) == (121, True)
    left = await asyncio.gather(*(api.delete(by, f"{at}/support") for by in people[:20]))
    assert {answer.status for answer in left} == {200}
    shown = (await api.get(people[0], at)).json
    assert (shown["supporters"], shown["mine"]) == (101, False)
    assert (await api.delete(RESIDENT, f"{at}/support")).json["supporters"] == 101
    assert (await api.post(STAFF, f"{at}/support", {"person": "caller-1"})).json["supporters"] == 102

    for person in (people[50].sub, RESIDENT.sub):
        await erase(opened, person)
        assert await store.supports.collection.count_documents({"state.person": person}) == 0
    await store.supporter_counts.count(wish["id"], "wish")  # type: ignore[arg-type]
    shown = (await api.get(STAFF, at)).json
    assert (shown["supporters"], shown["proposer"]) == (102, None)

    other = await api.made(NEIGHBOUR, "/wishes", {"community": HERE, "title": "加装扶手"})
    listed = (await api.get(people[60], "/wishes", community=HERE, order="wanted")).json["items"]
    assert [(each["id"], each["mine"]) for each in listed] == [(wish["id"], True), (other["id"], False)]


async def test_an_accepted_wish_has_a_plan_and_reports_until_it_is_fulfilled(api: Api, store: Kept) -> None:
    wish = await api.made(RESIDENT, "/wishes", {"community": HERE, "title": "建老年食堂"})
    at = f"/wishes/{wish['id']}"
    assert timedelta(days=25) < _moment(wish["due_at"]) - utc_now() < timedelta(days=45)  # twenty working days
    soon = (utc_now() + timedelta(days=60)).isoformat()
    body = {"verdict": "accepted", "answer": "列入计划", "plan": "改造三楼，电话 13812345678", "planned_for": soon}
    stale = await api.post(STAFF, f"{at}/answer", body, {"If-Match": '"9"'})
    assert stale.status == 412
    answered = (await api.post(STAFF, f"{at}/answer", body, {"If-Match": '"1"'})).json
    assert (answered["status"], answered["stage"], answered["progress"]) == ("accepted", "planned", None)
    assert "13812345678" not in str((await api.get(NEIGHBOUR, at)).json)
    assert (await api.post(WALKER, f"{at}/support")).code == "wish.answered"

    step = {"percent": 40, "text": "设计完成"}
    assert (await api.post(RESIDENT, f"{at}/progress", step)).status == 403
    assert (await api.post(STAFF, f"{at}/progress", {**step, "percent": 101})).status == 422
    assert (await api.made(STAFF, f"{at}/progress", step))["stage"] == "under-way"
    done = await api.made(STAFF, f"{at}/finish", {"text": "已开放"})
    assert (done["stage"], done["progress"], [each["percent"] for each in done["reports"]]) == ("done", 100, [40, 100])
    assert (await api.post(STAFF, f"{at}/drop", {"reason": "x"})).code == "wish.not-under-way"
    [listed] = (await api.get(NEIGHBOUR, "/wishes", community=HERE, stage="done")).json["items"]
    assert listed["progress_text"] == "已开放"


async def test_a_wish_that_names_somebody_is_hidden_until_its_title_is_corrected(api: Api) -> None:
    wish = await api.made(RESIDENT, "/wishes", {"community": HERE, "title": "请管管张三家的狗"})
    at = f"/wishes/{wish['id']}"
    await api.made(WALKER, f"{at}/support", None)
    assert (await api.post(NEIGHBOUR, f"{at}/hide", {"reason": "x"})).status == 403
    await api.made(STAFF, f"{at}/hide", {"reason": "标题含个人信息"})
    assert (await api.get(NEIGHBOUR, at)).status == 404
    assert (await api.get(NEIGHBOUR, "/wishes", community=HERE)).json["items"] == []
    own = (await api.get(RESIDENT, at)).json
    assert (own["hidden"], own["hidden_for"]) == (True, "标题含个人信息")
    assert len((await api.get(STAFF, "/wishes", community=HERE)).json["items"]) == 1
    assert (await api.post(NEIGHBOUR, f"{at}/support")).status == 404
    assert (await api.delete(NEIGHBOUR, f"{at}/support")).status == 404
    assert (await api.post(WALKER, f"{at}/support")).status == 404  # who joined before it was hidden sees no more
    assert (await api.post(RESIDENT, f"{at}/progress", {"percent": 1, "text": "x"})).status == 403
    assert (await api.post(STAFF, f"{at}/support")).code == "wish.hidden"
    await api.made(STAFF, f"{at}/retitle", {"title": "文明养犬"})
    await api.made(STAFF, f"{at}/show", None)
    shown = (await api.get(NEIGHBOUR, at)).json
    assert (shown["title"], shown["hidden"]) == ("文明养犬", None)


async def test_supports_that_were_not_counted_while_a_wish_was_hidden_are_counted_once_it_is_shown(
    api: Api, store: Kept, db: Database, handlers: Handlers
) -> None:
    """A count that came too late found the wish hidden and left it: here, one that never knew of the neighbour."""
    wish = await api.made(RESIDENT, "/wishes", {"community": HERE, "title": "建老年食堂"})
    at = f"/wishes/{wish['id']}"
    await api.made(NEIGHBOUR, f"{at}/support", None)
    await api.made(STAFF, f"{at}/hide", {"reason": "标题待核"})
    await db["wishes"].update_one({"_id": wish["id"]}, {"$set": {"state.counted": 0}})
    await api.made(STAFF, f"{at}/show", None)
    nothing: Any = None  # the wish alone is named, by the envelope
    envelope = Envelope(f"{wish['id']}.4", WishShown.type, "s", "s", utc_now(), 4, wish["id"], HERE)
    for write in handlers.writes.get(WishShown.type, ()):
        shown: Received[Any] = Received(envelope, nothing, write.name)
        if operations := write.function(shown):
            await db[write.collection].bulk_write(list(operations))

    await SupporterCounting(store.supporter_counts, db).once(utc_now)

    assert (await api.get(STAFF, at)).json["supporters"] == 2


async def test_an_overdue_answer_is_told_once_and_one_person_does_not_ask_for_all(api: Api, store: Kept) -> None:
    for number in range(MAX_OPEN):
        await api.made(RESIDENT, "/wishes", {"community": HERE, "title": f"心愿{number}"})
    refused = await api.post(RESIDENT, "/wishes", {"community": HERE, "title": "再来一个"})
    assert (refused.status, refused.code) == (409, "wish.too-many-open")
    assert (await api.post(NEIGHBOUR, "/wishes", {"community": HERE, "title": "我的"})).status == 201

    late = utc_now() - timedelta(hours=1)
    await store.wishes.collection.update_many({"state.proposer": RESIDENT.sub}, {"$set": {"state.due_at": late}})
    sweep = Sweep("wish-overdue", store.wishes, wishes_overdue, mark_overdue)
    assert [await sweep.once(utc_now), await sweep.once(utc_now)] == [MAX_OPEN, 0]
    listed = (await api.get(STAFF, "/wishes", community=HERE, overdue=True)).json["items"]
    assert len(listed) == MAX_OPEN


async def test_proposals_made_side_by_side_do_not_pass_the_limit_together(
    api: Api, store: Kept, opened: Sequence[Room], monkeypatch: pytest.MonkeyPatch
) -> None:
    """All of them have counted before the first one writes."""
    parties, counted = MAX_OPEN + 5, asyncio.Event()
    asked, write = 0, Inserts.__call__

    async def insert(inserts: Inserts, document: Any) -> None:
        nonlocal asked
        asked += 1
        if asked == parties:
            counted.set()
        await counted.wait()
        await write(inserts, document)

    monkeypatch.setattr(Inserts, "__call__", insert)
    answers = await asyncio.gather(
        *(api.post(RESIDENT, "/wishes", {"community": HERE, "title": f"心愿{n}"}) for n in range(parties))
    )
    assert asked >= parties
    assert sorted(answer.status for answer in answers) == [201] * MAX_OPEN + [409] * 5
    assert {answer.code for answer in answers if answer.status == 409} == {"wish.too-many-open"}
    [first, *_] = (await api.get(RESIDENT, "/wishes", community=HERE)).json["items"]
    await api.made(STAFF, f"/wishes/{first['id']}/answer", {"verdict": "declined", "answer": "不可行"})
    assert (await api.post(RESIDENT, "/wishes", {"community": HERE, "title": "又一个"})).status == 201
    await erase(opened, RESIDENT.sub)
    assert await store.wishes.collection.count_documents({"state.proposer": RESIDENT.sub}) == 0


async def test_the_last_wish_that_there_was_room_for_sent_again_gets_its_first_answer(api: Api) -> None:
    for number in range(MAX_OPEN - 1):
        await api.made(RESIDENT, "/wishes", {"community": HERE, "title": f"心愿{number}"})
    last, key = {"community": HERE, "title": "最后一个"}, {"Idempotency-Key": "last"}
    first, again = [await api.post(RESIDENT, "/wishes", last, key) for _ in range(2)]
    assert (first.status, again.status, again.content) == (201, 201, first.content)
    other = await api.post(RESIDENT, "/wishes", {**last, "title": "另一个"}, key)
    assert other.status == 422  # the key was used for something else: that, and not the limit, is what to be told


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
