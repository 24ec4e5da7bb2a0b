"""Who stands in for somebody reads for whom each message is, is told for themselves where it concerns them too, and
staff see it."""

from typing import Any

from services.notify.channels.gateways import Outgoing
from services.notify.notices.domain.planning import BURST
from tests.integration.notify.calling import Api
from tests.integration.notify.house import House
from tests.integration.notify.notices.test_bundles import DAILY, EIGHT, Post
from tests.integration.notify.notices.test_reaching import LATER, SOON, a_delivery
from tests.integration.notify.records import a_case, moved, registered, scheduled, staffed
from tests.unit.notify.given import HERE, NEIGHBOUR, NOW, RESIDENT, STAFF, STAFF_ELSEWHERE


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
