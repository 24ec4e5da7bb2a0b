"""Who stands in for somebody reads for whom each message is, is told for themselves where it concerns them too, and
staff see it."""

from datetime import datetime
from typing import Any

from services.chassis.aggregate import Decision, derived_id
from services.chassis.principal import member
from services.chassis.store.aggregates import Cause
from services.notify.channels.gateways import Outgoing
from services.notify.notices.domain.planning import BURST
from services.notify.persons.domain.person import Person
from services.notify.persons.domain.standing_in import agree, name_proxy
from tests.integration.notify.calling import Api
from tests.integration.notify.house import House
from tests.integration.notify.notices.test_bundles import DAILY, EIGHT, Post
from tests.integration.notify.notices.test_reaching import LATER, SOON, a_delivery
from tests.integration.notify.records import a_case, cancelled, moved, registered, scheduled, staffed
from tests.unit.notify.given import DAY, HERE, NEIGHBOUR, NIGHT, NOW, RESIDENT, STAFF, STAFF_ELSEWHERE

FATHER, MOTHER, DAUGHTER = "resident-1", "resident-3", "resident-2"
CALLED = {FATHER: "爸爸", MOTHER: "妈妈"}


async def parents(house: House, **choices: Any) -> None:
    """`resident-2` receives what her father and her mother are told, and calls them so."""
    await house.know(DAUGHTER, "daughter@example.org", **choices)
    for parent in CALLED:
        await house.know(parent, None)
        for step in (_names, _agrees):
            await house.persons.change(parent, step, Cause(parent))


def _names(parent: Person, now: datetime) -> Decision[Person]:
    return name_proxy(parent, DAUGHTER, HERE, member(parent.id, HERE), now)


def _agrees(parent: Person, now: datetime) -> Decision[Person]:
    return agree(parent, member(DAUGHTER, HERE), now, CALLED[parent.id])


async def hers(house: House, channel: str, kind: str = "activity-cancelled") -> dict[str | None, str]:
    """For whom `resident-2` has messages of a kind by a channel, and the status of each."""
    found = {"state.recipient": DAUGHTER, "state.channel": channel, "state.kind": kind}
    documents = await house.db["notices"].find(found).to_list(None)
    told = {each["state"]["behalf"]: each["state"]["status"] for each in documents}
    assert len(told) == len(documents), "once for each"
    return told


async def a_daughter(api: Api) -> None:
    """`resident-2` receives what `resident-1` is told."""
    named = await api.call(RESIDENT, "POST", "/me/proxies", {"community": HERE, "proxy": NEIGHBOUR.sub})
    assert named.status_code in (200, 201)
    assert (await api.call(NEIGHBOUR, "POST", f"/me/stands-in/{RESIDENT.sub}")).json()["agreed"] is True


async def the_last(house: House, post: Post) -> Outgoing:
    await a_delivery(house, email=post).once()
    return post.taken[-1]


async def test_a_digest_says_of_each_part_whether_it_is_for_somebody_else(house: House, api: Api) -> None:
    await house.know("resident-2", "daughter@example.org", classes=DAILY)
    await a_daughter(api)
    await house.take([*a_case("case-1")[:3], *a_case("case-2", "resident-2")[:3]])
    house.now = EIGHT
    digest = await the_last(house, Post())
    assert digest.kind == "digest"
    assert digest.words.body.count("【（代家人接收）您反映的") == digest.words.body.count("“您”指您的家人") == 1
    assert digest.words.body.count("您反映的“楼道灯不亮”") == 2


async def test_a_burst_and_a_digest_of_one_part_say_so_as_well(house: House, api: Api) -> None:
    await house.know("resident-2", "daughter@example.org", quiet=None)
    await a_daughter(api)
    post, (*before, dispatched, verified) = Post(), a_case()
    await house.take([*before, dispatched])
    assert "“您”指您的家人" in (await the_last(house, post)).words.body
    await house.take([verified])
    house.now = NOW + BURST
    assert "“您”指您的家人" in (await the_last(house, post)).words.body
    assert [message.kind for message in post.taken] == ["case-dispatched", "burst"]


async def test_staff_see_who_was_told_for_whom(house: House, api: Api) -> None:
    await house.know("resident-2", "daughter@example.org")
    await a_daughter(api)
    await house.take(a_case())
    asked: dict[str, Any] = {"community": HERE, "about": "case-1"}
    father = (await api.call(STAFF, "GET", "/why/one", **asked, person="resident-1")).json()
    assert {(each["recipient"], each["behalf"]) for each in father["in_their_place"]} == {("resident-2", "resident-1")}
    assert {each["behalf"] for each in father["messages"]} == {None}
    daughter = (await api.call(STAFF, "GET", "/why/one", **asked, person="resident-2")).json()
    assert ({each["behalf"] for each in daughter["messages"]}, daughter["in_their_place"]) == ({"resident-1"}, [])
    assert (await api.call(STAFF_ELSEWHERE, "GET", "/why/one", **asked, person="resident-1")).status_code == 403


async def test_who_helps_where_another_comes_is_told_as_one_who_helps(house: House, api: Api) -> None:
    """The same kind of message tells who has a seat and who has promised to help, each in other words."""
    await a_daughter(api)
    await house.take([scheduled(SOON), registered("resident-1", 2, SOON), staffed(["resident-2"], 3)])
    await house.take([moved(SOON, LATER, 4)])
    found = {"state.kind": "activity-moved", "state.recipient": "resident-2", "state.channel": "inbox"}
    (told,) = await house.db["notices"].find(found).to_list(None)
    assert (told["state"]["behalf"], told["state"]["particulars"]["volunteering"]) == (None, True)


async def test_who_stands_in_for_both_parents_is_told_for_each_and_reads_for_whom(house: House, api: Api) -> None:
    await parents(house)
    post, start = Post(), NOW + 3 * DAY
    await house.take([scheduled(start), registered(FATHER, 2, start), registered(MOTHER, 3, start)])
    await a_delivery(house, email=post).once()
    post.taken.clear()
    await house.take([cancelled(4)])
    await a_delivery(house, email=post).once()
    bodies = [message.words.body for message in post.taken]
    assert [sum(f"您代“{called}”" in body for body in bodies) for called in CALLED.values()] == [1, 1]
    assert len(bodies) == 2
    before = await house.everything()
    await house.take([cancelled(4)])
    assert await house.everything() == before
    for parent in CALLED:
        asked: dict[str, Any] = {"community": HERE, "about": "activity-1", "person": parent}
        seen = (await api.call(STAFF, "GET", "/why/one", **asked)).json()
        told = [each for each in seen["in_their_place"] if each["kind"] == "activity-cancelled"]
        assert {(each["recipient"], each["behalf"], each["channel"]) for each in told} == {
            (DAUGHTER, parent, "inbox"),
            (DAUGHTER, parent, "email"),
        }
        assert "called" not in told[0]


async def test_when_one_of_two_ends_it_the_other_is_told_of_all_the_same(house: House, api: Api) -> None:
    await parents(house)
    start = NOW + 3 * DAY
    await house.take([scheduled(start), registered(FATHER, 2, start), registered(MOTHER, 3, start)])
    house.now = NIGHT
    await house.take([cancelled(4)])
    ended = await api.call(RESIDENT, "POST", "/me/proxies/end", {"community": HERE, "proxy": DAUGHTER})
    assert ended.status_code == 200
    house.now = NIGHT + DAY / 2
    await a_delivery(house, email=Post()).once()
    assert await hers(house, "email") == {FATHER: "suppressed", MOTHER: "delivered"}


async def test_who_was_told_before_ids_named_for_whom_is_not_told_again(house: House) -> None:
    await parents(house)
    start = NOW + 3 * DAY
    await house.take([scheduled(start), registered(FATHER, 2, start), cancelled(4)])
    for document in await house.db["notices"].find({"state.behalf": FATHER}).to_list(None):
        state = document["state"]
        old = derived_id("notice", state["cause"], DAUGHTER, state["kind"], state["channel"])
        await house.db["notices"].delete_one({"_id": document["_id"]})
        await house.db["notices"].insert_one({**document, "_id": old, "state": {**state, "id": old}})
    before = await house.everything()
    await house.take([cancelled(4)])
    assert await house.everything() == before


async def test_a_proxy_may_say_what_she_calls_the_person_when_she_agrees_or_later(house: House, api: Api) -> None:
    await house.know(DAUGHTER, "daughter@example.org", quiet=None)
    await a_daughter(api)
    agreed = await api.call(NEIGHBOUR, "POST", f"/me/stands-in/{FATHER}", {"called": "爸爸"})
    assert agreed.json() == {"person": FATHER, "agreed": True}
    await house.take(a_case()[:3])
    assert "您代“爸爸”接收" in (await the_last(house, Post())).words.body
    assert "爸爸" not in (await api.call(STAFF, "GET", f"/persons/{FATHER}")).text
    for wrong in ({"called": ""}, {"called": "爸" * 21}, {"name": "x"}):
        assert (await api.call(NEIGHBOUR, "POST", f"/me/stands-in/{FATHER}", wrong)).status_code == 422
