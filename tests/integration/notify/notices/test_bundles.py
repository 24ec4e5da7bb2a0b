"""Bursts and digests: told as one, once, over replicas, deaths and outages."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import time, timedelta

import pytest

from services.contracts import issues as i
from services.notify.channels.gateways import NO_TEXT, Accepted, Answer, Gateway, Later, Outgoing, Rate, Refused
from services.notify.channels.pacing import Pacing
from services.notify.notices.delivery import Delivery
from services.notify.notices.domain.planning import BURST
from services.notify.notices.domain.sending import CLAIM_LASTS, RETRY_AFTER
from services.notify.notices.sweeps import LeftBehind
from services.notify.notices.wording import Wording
from services.notify.persons.domain.choices import OfClass
from services.notify.persons.domain.quiet import QuietHours
from services.notify.routing.domain.kinds import MessageClass
from services.notify.shared.values import Way
from tests.integration import standing
from tests.integration.notify.house import House
from tests.integration.notify.records import Record, a_case, fact
from tests.unit.notify.given import DAY, HOUR, NAMES, NOW

DAILY = {MessageClass.SERVICE: OfClass(together="daily")}
EIGHT = NOW + 20 * HOUR
"""Tomorrow at 08:00 in the community."""


class Post:
    """A gateway that keeps what it is handed, and answers, dies, or takes nothing, as it is told to."""

    rates: tuple[Rate, ...] = ()
    rates_each: tuple[Rate, ...] = ()

    def account(self, address: str) -> str:
        return "post"

    def __init__(self) -> None:
        self.taken: list[Outgoing] = []
        self.dies_after: int | None = None
        self.later = False
        self.answer: Answer = Accepted()
        self.answers: dict[str, Answer] = {}

    async def send(self, message: Outgoing) -> Answer:
        if self.later:
            return Later()
        if self.dies_after is not None and len(self.taken) >= self.dies_after:
            raise Dies
        self.taken.append(message)
        return self.answers.get(message.kind, self.answer)


class Dies(BaseException):
    pass


@pytest.fixture
def post() -> Post:
    return Post()


def a_delivery(house: House, post: Post) -> Delivery:
    return Delivery(house.notices, house.persons, {Way.EMAIL: post}, Wording(NAMES), Pacing(house.db), house.clock)


def updates(case: str, first: int, last: int) -> list[Record]:
    """Another deadline, again and again."""
    extended = i.CaseExtended(extension_requested=False, extended=1, due_at=NOW + DAY, overdue=False, by="staff-1")
    reopened = a_case(case)[:2]
    return [*reopened, *(fact(extended, case, n, NOW) for n in range(first, last))]


async def test_a_burst_of_news_about_one_case_is_told_as_one(house: House, post: Post) -> None:
    await house.know("resident-1")
    story = a_case()
    await house.take(story[:3])
    await a_delivery(house, post).once()
    assert len(post.taken) == 1
    rejected = fact(
        i.CaseRejected(status=i.CaseStatus.REJECTED, reason="重复", closed_at=NOW, by="staff-1"), "case-1", 5
    )
    house.now = NOW + timedelta(minutes=1)
    await house.take([story[3], rejected])
    await a_delivery(house, post).once()
    assert len(post.taken) == 1, "further news wait"
    assert len(await house.told(channel="inbox", status="delivered")) == 3, "the inbox has all of it at once"
    house.now = NOW + BURST
    await asyncio.gather(*(a_delivery(house, post).once() for _ in range(3)))
    assert [message.words.subject[:6] for message in post.taken[1:]] == ["2 条新进展"]
    before = await house.everything()
    await house.take([*story, rejected])
    assert await house.everything() == before, "read again, nothing is told anew"


async def test_a_digest_is_sent_once_over_two_replicas_and_a_death(house: House, post: Post) -> None:
    for n in range(20):
        await house.know(f"resident-{n}", f"r{n}@example.org", classes=DAILY)
        await house.take(a_case(f"case-{n}", f"resident-{n}"))
    assert await a_delivery(house, post).once() == 0
    house.now = EIGHT
    post.dies_after = 1
    before = asyncio.all_tasks()
    with pytest.raises(Dies):
        await a_delivery(house, post).once()
    await asyncio.gather(*asyncio.all_tasks() - before, return_exceptions=True)  # what was under way beside it
    post.dies_after = None
    house.now = EIGHT + timedelta(seconds=5)
    await asyncio.gather(*(a_delivery(house, post).once() for _ in range(4)))
    sweep = standing.sweep(house.rooms, "lapsed-claim")
    house.now = EIGHT + CLAIM_LASTS + timedelta(minutes=1)
    await sweep.once(house.clock)
    await standing.sweep(house.rooms, "left-behind").once(house.clock)
    await asyncio.gather(*(a_delivery(house, post).once() for _ in range(2)))
    sent = [message.address for message in post.taken]
    assert len(sent) == len(set(sent)), "nobody has it twice"
    doubted = {each[0] for each in await house.told(kind="digest", status="uncertain")}
    assert {f"resident-{n}" for n in range(20)} == doubted | {f"resident-{a[1:].split('@')[0]}" for a in sent}


async def test_after_three_days_one_digest_tells_everything(house: House, post: Post) -> None:
    await house.know("resident-1", classes=DAILY)
    for day in range(3):
        house.now = NOW + day * DAY
        reported, accepted, dispatched, _ = a_case(f"case-{day}")
        await house.take([reported, accepted, dispatched])
    house.now = NOW + 3 * DAY
    await asyncio.gather(*(a_delivery(house, post).once() for _ in range(2)))
    await a_delivery(house, post).once()
    (digest,) = post.taken
    assert digest.words.subject.startswith("阳光社区：3 条消息")
    assert {each[3:] for each in await house.told(kind="case-dispatched")} == {("delivered", None)}


async def test_what_a_later_digest_tells_does_not_go_alone_meanwhile(house: House, post: Post) -> None:
    await house.know("resident-1", classes=DAILY)
    for day in range(3):
        house.now = NOW + day * DAY
        await house.take(a_case(f"case-{day}")[:3])
    house.now = NOW + 3 * DAY
    delivery, left_behind = a_delivery(house, post), standing.sweep(house.rooms, "left-behind")
    digests = (await house.notices.select({"state.kind": "digest"}, limit=9)).items
    for each in sorted(digests, key=lambda found: found.aggregate.not_before)[:2]:
        await delivery.parts.send(each.aggregate, await delivery.reviewing.of(each.aggregate))
    assert post.taken == [], "the third tells all"
    await left_behind.once(house.clock)
    await delivery.once()
    assert [message.words.subject for message in post.taken] == ["阳光社区：3 条消息"]


async def test_parts_are_looked_at_again_and_an_empty_digest_is_not_sent(house: House, post: Post) -> None:
    await house.know("resident-1", classes=DAILY)
    reported, accepted, dispatched, _ = a_case()
    await house.take([reported, accepted, dispatched])
    await house.db["persons"].update_one({"_id": "resident-1"}, {"$set": {"state.choices.silenced": ["case-1"]}})
    house.now = EIGHT
    await a_delivery(house, post).once()
    assert post.taken == []
    assert ("resident-1", "digest", "email", "suppressed", "superseded") in await house.told()
    assert ("resident-1", "case-dispatched", "email", "suppressed", "preference") in await house.told()


async def test_other_quiet_hours_make_no_second_digest_that_day(house: House, post: Post) -> None:
    await house.know("resident-1", classes=DAILY, quiet=QuietHours(end=time(9)))
    await house.take(a_case("case-1")[:3])
    await house.db["persons"].update_one({"_id": "resident-1"}, {"$set": {"state.choices.quiet": None}})
    await house.take(a_case("case-2")[:3])
    house.now = EIGHT
    await a_delivery(house, post).once()
    house.now = EIGHT + HOUR
    await a_delivery(house, post).once()
    assert [message.words.subject for message in post.taken] == ["阳光社区：2 条消息"]


async def test_parts_wait_with_their_digest_and_are_not_lost_if_it_never_goes(house: House, post: Post) -> None:
    await house.know("resident-1", classes=DAILY, quiet=None)
    reported, accepted, dispatched, _ = a_case()
    await house.take([reported, accepted, dispatched])
    house.now, post.later = EIGHT, True
    for pause in (*RETRY_AFTER, HOUR):
        await a_delivery(house, post).once()
        house.now += pause
    assert ("resident-1", "digest", "email", "suppressed", "unreachable") in await house.told()
    post.later = False
    left_behind = standing.sweep(house.rooms, "left-behind")
    assert isinstance(left_behind, LeftBehind)
    assert await left_behind.once(house.clock) == 1
    await a_delivery(house, post).once()
    assert [message.kind for message in post.taken] == ["case-dispatched"]


async def test_what_was_to_be_told_in_a_digest_that_is_refused_goes_by_the_next_channel(
    house: House, post: Post
) -> None:
    await house.know("resident-1", classes=DAILY)
    await house.db["persons"].update_one({"_id": "resident-1"}, {"$set": {"state.addresses.phone": "13800138000"}})
    await house.take([*a_case("case-1")[:3], *a_case("case-2")[:3]])
    house.now, sms = EIGHT, Post()
    post.answer = Refused("550")
    gateways: Mapping[Way, Gateway] = {Way.EMAIL: post, Way.SMS: sms}
    for _ in range(2):
        await Delivery(house.notices, house.persons, gateways, Wording(NAMES), Pacing(house.db), house.clock).once()
    assert [message.kind for message in sms.taken] == ["case-dispatched"] * 2


async def test_a_gateway_without_a_text_for_digests_carries_what_is_in_them(house: House, post: Post) -> None:
    await house.know("resident-1", classes=DAILY)
    await house.take([*a_case("case-1")[:3], *a_case("case-2")[:3]])
    house.now, post.answers = EIGHT, {"digest": Refused(NO_TEXT)}
    for _ in range(2):
        await a_delivery(house, post).once()
    assert [message.kind for message in post.taken] == ["digest", "case-dispatched", "case-dispatched"]
    assert await house.told(reason="refused") == [], "no letter is left for staff"


async def test_what_goes_beside_a_digest_is_looked_at_after_the_digest_was_sent(house: House) -> None:
    """A gateway may take long over the digest of one person; the choices of others may be otherwise by then."""

    class Many(Post):
        at_once = 10

        async def send(self, message: Outgoing) -> Answer:
            silenced = {"$set": {"state.choices.silenced": ["case-2"]}}
            await house.db["persons"].update_one({"_id": "resident-2"}, silenced)
            return await super().send(message)

        async def send_many(self, messages: Sequence[Outgoing]) -> Sequence[Answer]:
            return [await Post.send(self, message) for message in messages]

    await house.know("resident-1", classes=DAILY)
    await house.know("resident-2", "other@example.org")
    await house.take(a_case("case-1")[:3])
    house.now, post = EIGHT, Many()
    await house.take(a_case("case-2", "resident-2", at=EIGHT)[:3])
    await a_delivery(house, post).once()
    assert [message.kind for message in post.taken] == ["digest"]
