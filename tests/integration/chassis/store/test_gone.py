"""Nothing is written about somebody who was erased, in whatever order things come and on whichever replica."""

from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from typing import Any

import pytest

from services.chassis.clock import utc_now
from services.chassis.errors import PersonGone
from services.chassis.store.aggregates import Aggregates, Cause
from services.chassis.store.gone import LOOKS, Gone, GoneAgain, tombstone_of
from services.chassis.store.journal import document
from services.chassis.store.mongo import Database
from services.chassis.store.receipt import Receipt
from services.chassis.subscriber.erasure import Traces
from services.contracts.holding import WORDS_GONE
from tests.integration.chassis.club import CLUBS, ClubFounded, ClubJoined, ClubListed, found, join, leave
from tests.integration.chassis.club_replica import Replica, arrived, subscriber
from tests.integration.chassis.workshop import COMMUNITY

ANN, BEN = "ann-1", "ben-1"
CANARY = "金丝雀"
ME = Cause("system")


@pytest.fixture
def one(store: Database) -> Replica:
    return Replica(store)


@pytest.fixture
def two(store: Database) -> Replica:
    return Replica(store)


async def test_everything_kept_of_a_person_goes(one: Replica) -> None:
    receipt = Receipt("k", "f", 201, lambda stored: f"{ANN} {CANARY}".encode())
    await one.clubs.create("club-1", found("club-1", ANN, CANARY), Cause(ANN), receipt=receipt)
    await one.clubs.create("club-2", found("club-2", BEN), Cause(BEN))
    await one.clubs.change("club-2", join(ANN), Cause(ANN))
    await one.clubs.change("club-2", leave(ANN), Cause(ANN), receipt=receipt)
    await one.journals()
    await one.db["clubs"].update_one({"_id": "club-2"}, {"$set": {"outbox": []}})
    assert await one.traces_of(ANN, CANARY) != []
    await one.erases(ANN)
    assert await one.traces_of(ANN, CANARY) == []
    told = [(entry.type.split(".")[-2], entry.actor) async for entry in one.journal.history("club-2")]
    assert told == [("founded", BEN), ("joined", "erased"), ("left", "erased")]
    kept = [entry.data async for entry in one.journal.history("club-1")]
    assert kept[0] == {"founder": None, "why": WORDS_GONE}


async def test_what_was_on_its_way_to_the_journal_is_blanked_when_it_arrives(one: Replica, two: Replica) -> None:
    await one.clubs.create("club-1", found("club-1", ANN, CANARY), Cause(ANN))
    packed = [
        document(club["_id"], "club", COMMUNITY, entry)
        async for club in one.db["clubs"].find()
        for entry in club["outbox"]
    ]
    await two.erases(ANN)
    await one.journal.append(packed)
    assert await one.traces_of(ANN, CANARY) == []


async def test_a_token_that_is_still_valid_writes_nothing(one: Replica, two: Replica) -> None:
    await one.clubs.create("club-1", found("club-1", BEN), Cause(BEN))
    await two.erases(ANN)
    for decide, by in ((join(ANN), ANN), (join(ANN), BEN), (leave(BEN), ANN)):
        with pytest.raises(PersonGone):
            await one.clubs.change("club-1", decide, Cause(by))
    with pytest.raises(PersonGone):
        await one.clubs.create("club-2", found("club-2", ANN), Cause(ANN))
    assert await one.traces_of(ANN) == []


class _Slow(Gone):
    """Between its first look and the write an erasure runs on another replica, from its start to its end."""

    meanwhile: Callable[[], Any]
    looked = False

    async def among(self, people: Collection[str], community: str | None) -> frozenset[str]:
        found = await super().among(people, community)
        if not self.looked:
            self.looked = True
            await self.meanwhile()
        return found


@pytest.mark.parametrize("creates", [True, False])
async def test_an_erasure_beside_a_write_is_never_passed(one: Replica, two: Replica, *, creates: bool) -> None:
    await two.clubs.create("club-1", found("club-1", BEN), Cause(BEN))
    slow = _Slow(one.db, utc_now)
    slow.again, slow.meanwhile = one.gone.again, lambda: two.erases(ANN)
    clubs = Aggregates(CLUBS, one.db, utc_now, gone=slow)
    created = clubs.create("club-2", found("club-2", ANN, CANARY), ME)
    changed = clubs.change("club-1", join(ANN), ME)
    acting, other = (created, changed) if creates else (changed, created)
    other.close()
    with pytest.raises(PersonGone):
        await acting
    assert await one.traces_of(ANN, CANARY) == []


async def test_what_a_dead_process_left_is_found_by_looking_again(store: Database) -> None:
    now = utc_now()

    def clock() -> datetime:
        return now

    one = Replica(store, clock)
    await one.erases(ANN)
    await Traces(one.gone, one.journal, store, (CLUBS,)).wipe(ANN, CLUBS, ["club-0"])
    blind = Aggregates(CLUBS, store, utc_now)  # it died before its second look
    await blind.create("club-1", found("club-1", ANN, CANARY), Cause(ANN))
    again = GoneAgain(one.gone)
    assert await again.once(clock) == 0
    now += LOOKS[0]
    assert await again.once(clock) == 1
    assert await one.traces_of(ANN, CANARY) == []
    assert "club-0" in str(await store["erased_people"].find_one({"_id": tombstone_of(ANN)}))
    for pause in LOOKS[1:]:
        now += pause
        assert await again.once(clock) == 1
    now += timedelta(days=9)
    assert await again.once(clock) == 0
    left = await store["erased_people"].find_one({"_id": tombstone_of(ANN)})
    assert ANN not in str(left)
    assert "club-0" not in str(left), "whoever has their id finds what they founded"
    await store["erased_people"].update_one({"_id": tombstone_of(ANN)}, {"$set": {"wiped": {"club": ["club-0"]}}})
    await GoneAgain(one.gone).once(clock)
    assert "club-0" not in str(await store["erased_people"].find_one({"_id": tombstone_of(ANN)}))
    with pytest.raises(PersonGone):
        await one.clubs.create("club-2", found("club-2", ANN), Cause(ANN))


async def test_an_erasure_in_one_community_leaves_the_others(one: Replica) -> None:
    await one.clubs.create("club-1", found("club-1", ANN), Cause(ANN))
    await one.erases(ANN, "elsewhere")
    assert (await one.clubs.get("club-1")).aggregate.founder == ANN
    await one.clubs.create("club-2", found("club-2", ANN), Cause(ANN))
    await one.erases(ANN, COMMUNITY)
    assert await one.traces_of(ANN) == []


async def test_a_late_fact_is_taken_without_the_erased_person(one: Replica, two: Replica) -> None:
    seen: list[Any] = []
    intake = subscriber(one, seen)
    await two.erases(ANN)
    late = [
        ClubJoined(person=ANN),
        ClubListed(members=[ANN, BEN]),
        ClubFounded(founder=ANN, why=""),
        ClubJoined(person=BEN),
    ]
    await intake.take([arrived(n, event) for n, event in enumerate(late, 1)])
    assert [each["person"] async for each in one.db["members"].find()] == [BEN]
    assert seen[0].members == [BEN]
    assert seen[1].founder is None
    assert intake.counts.dead_letters == 0


async def test_a_fact_beside_an_erasure_is_looked_after(one: Replica, two: Replica) -> None:
    """The batch asked before, wrote after: what it wrote is erased anew."""
    intake = subscriber(one, [])

    async def forget_members(person: str, _community: str | None) -> None:
        await one.db["members"].delete_many({"person": person})

    one.gone.again = forget_members
    write = one.db["members"]
    real = intake._write

    async def late(collection: str, operations: Any) -> None:
        await two.erases(ANN)
        await real(collection, operations)

    intake._write = late  # type: ignore[method-assign]
    await intake.take([arrived(1, ClubJoined(person=ANN)), arrived(2, ClubJoined(person=BEN))])
    assert [each["person"] async for each in write.find()] == [BEN]
