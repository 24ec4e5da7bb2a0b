"""What holds when a message is due decides: addresses given later, fall-backs, proxies, and what is still true."""

from typing import Any

from services.chassis.store.aggregates import Cause
from services.contracts import activities as a
from services.contracts import volunteers as v
from services.notify.channels.gateways import Accepted, Answer, Later, Outgoing, Refused, Unknown
from services.notify.channels.pacing import Pacing
from services.notify.notices.delivery import Delivery
from services.notify.notices.wording import Wording
from services.notify.persons.domain.addresses import Addresses
from services.notify.persons.domain.choices import OfClass
from services.notify.persons.domain.person import change
from services.notify.routing.domain.kinds import MessageClass
from services.notify.shared.values import Way
from tests.integration import standing
from tests.integration.notify.calling import Api, reminded_by_plan
from tests.integration.notify.house import House
from tests.integration.notify.notices.test_bundles import Post
from tests.integration.notify.records import a_case, fact, moved, offered, registered, scheduled, staffed, waitlisted
from tests.unit.notify.given import DAY, HERE, HOUR, NAMES, NEIGHBOUR, NOW, RESIDENT, STAFF

SOON, LATER = NOW + 3 * DAY, NOW + 5 * DAY


class Saying(Post):
    """A gateway that gives one answer."""

    def __init__(self, answer: Answer) -> None:
        super().__init__()
        self.answer = answer

    async def send(self, message: Outgoing) -> Answer:
        self.taken.append(message)
        return self.answer


def a_delivery(house: House, **gateways: Post) -> Delivery:
    by = {Way(name): gateway for name, gateway in gateways.items()}
    return Delivery(house.notices, house.persons, by, Wording(NAMES), Pacing(house.db), house.clock)


async def test_who_gives_an_address_is_sent_what_is_still_true(house: House, api: Api) -> None:
    post = Post()
    await house.take(a_case())
    assert (await api.call(RESIDENT, "PUT", "/me/addresses", {"community": HERE})).status_code == 201
    confirmed = Addresses(email="someone@example.org")
    await house.persons.change(
        RESIDENT.sub,
        lambda known, now: change(known, None, confirmed, HERE, RESIDENT, now),
        Cause(RESIDENT.sub, "confirmed"),
    )
    look = standing.sweep(house.rooms, "look-again")
    assert await look.once(house.clock) == 1
    assert await look.once(house.clock) == 0
    await a_delivery(house, email=post).once()
    assert [message.kind for message in post.taken] == ["case-verified"], "that it was dispatched is no news any more"


async def test_what_was_muted_when_queued_and_is_wanted_when_due_is_sent(house: House, api: Api) -> None:
    await reminded_by_plan(api)
    post = Post()
    await house.know("resident-1", muted={"activity-reminder": frozenset(Way)})
    await house.take([scheduled(SOON), registered("resident-1", 2, SOON)])
    await house.db["persons"].update_one({"_id": "resident-1"}, {"$set": {"state.choices.muted": {}}})
    house.now = SOON - DAY
    await a_delivery(house, email=post).once()
    assert "activity-reminder" in [message.kind for message in post.taken]
    assert ("resident-1", "activity-reminder", "inbox", "delivered", None) in await house.told()


async def test_another_channel_is_tried_after_a_definite_no_and_never_after_a_doubt(house: House) -> None:
    for answer, reached in ((Refused(), ["case-verified"]), (Unknown(), [])):
        person = f"resident-{type(answer).__name__.lower()}"
        await house.know(person)
        await house.db["persons"].update_one({"_id": person}, {"$set": {"state.addresses.phone": "13800138000"}})
        await house.take(a_case(f"case-{person}", person))
        sms = Post()
        for _ in range(2):
            await a_delivery(house, email=Saying(answer), sms=sms).once()
        assert [message.kind for message in sms.taken] == reached
        assert [message.address for message in sms.taken] == ["13800138000"] * len(reached)


async def test_what_becomes_untrue_while_the_gateway_is_asked_is_not_sent_later(house: House) -> None:
    *before, verified = a_case()
    await house.know("resident-1", quiet=None)

    class Hanging(Saying):
        """A gateway that takes so long to say no that the case is put right meanwhile."""

        async def send(self, message: Outgoing) -> Answer:
            if not self.taken:
                await house.take([verified])
            return await super().send(message)

    post = Hanging(Later())
    await house.take(before)
    await a_delivery(house, email=post).once()
    house.now, post.answer = NOW + HOUR, Accepted()
    await a_delivery(house, email=post).once()
    assert [message.kind for message in post.taken].count("case-dispatched") == 1
    assert ("resident-1", "case-dispatched", "email", "suppressed", "superseded") in await house.told()


async def test_a_daughter_receives_what_her_father_is_told_until_one_of_them_ends_it(house: House, api: Api) -> None:
    await house.know("resident-2", "daughter@example.org")
    named = await api.call(RESIDENT, "POST", "/me/proxies", {"community": HERE, "proxy": NEIGHBOUR.sub})
    assert named.status_code == 201
    await house.take(a_case("case-1"))
    assert await house.told(recipient="resident-2") == []
    for command in ("", "/end"):
        assert (await api.call(STAFF, "POST", f"/me/stands-in/{RESIDENT.sub}{command}")).status_code == 404
    assert (await api.call(NEIGHBOUR, "POST", f"/me/stands-in/{RESIDENT.sub}")).json()["agreed"] is True
    house.now = NOW + 11 * HOUR
    await house.take(a_case("case-2"))
    (shown, *_) = (await api.call(NEIGHBOUR, "GET", "/me/notices")).json()["items"]
    assert shown["on_behalf_of"] == RESIDENT.sub
    ended = {"community": HERE, "proxy": NEIGHBOUR.sub}
    assert (await api.call(RESIDENT, "POST", "/me/proxies/end", ended)).status_code == 200
    house.now = NOW + DAY
    post = Post()
    await a_delivery(house, email=post).once()
    assert post.taken == [], "the mail waited for the morning, and she stands in no longer"


async def test_whoever_has_chosen_a_language_reads_the_inbox_in_it(house: House, api: Api) -> None:
    await house.know("resident-1", language="en")
    await house.take(a_case())
    items = (await api.call(RESIDENT, "GET", "/me/notices", language="zh")).json()["items"]
    assert all(item["subject"].isprintable() and "“楼道灯不亮”" in item["subject"] for item in items)
    assert {item["body"].split(",")[0] for item in items} == {"Hello"}


async def test_a_move_tells_volunteers_that_their_promise_is_void_and_the_waiting_that_the_offer_is(
    house: House,
) -> None:
    await house.take(
        [
            scheduled(SOON),
            registered("resident-1", 2, SOON),
            waitlisted("resident-2", 3),
            staffed(["volunteer-1"], 4),
            offered("volunteer-2", 2),
        ]
    )
    changes: dict[str, Any] = {
        "starts_at": LATER,
        "ends_at": LATER + HOUR,
        "building": None,
        "filled": 0,
        "volunteers": [],
    }
    released = [v.OfferRef(offer="offer-1", person="volunteer-1"), v.OfferRef(offer="offer-2", person="volunteer-2")]
    await house.take([moved(SOON, LATER, 5)])
    need = v.NeedMoved(status=v.NeedStatus.OPEN, released=released, **changes)
    await house.take([fact(need, "need-1", 3)])
    found = await house.db["notices"].find({"state.channel": "inbox", "state.kind": "activity-moved"}).to_list(None)
    told = {each["state"]["recipient"]: each["state"]["particulars"]["volunteering"] for each in found}
    assert told == {"resident-1": None, "resident-2": None, "volunteer-1": True}
    offers = {each[0]: each[3:] for each in await house.told(channel="inbox", kind="seat-released")}
    assert offers["volunteer-2"] == ("delivered", None)


async def test_a_cancelled_activity_reaches_those_who_were_only_asked(house: House) -> None:
    await house.take([scheduled(SOON), staffed(["volunteer-1"], 2), offered("volunteer-2", 2)])
    called_off = a.ActivityCancelled(status=a.ActivityStatus.CANCELLED, reason="下雨")
    released = [v.OfferRef(offer="offer-1", person="volunteer-1"), v.OfferRef(offer="offer-2", person="volunteer-2")]
    need = v.NeedCancelled(activity="activity-1", status=v.NeedStatus.CANCELLED, released=released)
    await house.take([fact(called_off, "activity-1", 3), fact(need, "need-1", 3)])
    told = {(each[0], each[1]) for each in await house.told(channel="inbox")}
    assert ("volunteer-1", "activity-cancelled") in told
    assert ("volunteer-2", "seat-released") in told
    assert ("volunteer-1", "seat-released") not in told, "who hears of the activity is not told twice"


async def test_channels_are_chosen_by_class_over_http(house: House, api: Api) -> None:
    body = {"community": HERE, "classes": {"service": {"channels": ["sms", "email"]}, "digest": {"off": True}}}
    assert (await api.call(RESIDENT, "PUT", "/me/preferences", body)).status_code == 201
    me = (await api.call(RESIDENT, "GET", "/me")).json()
    assert me["classes"]["service"]["channels"] == ["sms", "email"]
    assert [(each["what"], each["given"], each["how"]) for each in me["consents"]] == [("class.digest", False, "self")]
    stored = (await house.persons.get(RESIDENT.sub)).aggregate.choices
    assert stored.of(MessageClass.DIGEST) == OfClass(off=True)
