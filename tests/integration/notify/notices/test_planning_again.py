"""What waits comes when its recipient wants it now: other quiet hours, collected otherwise, at once."""

from datetime import time
from typing import Any

import pytest

from services.chassis.principal import member
from services.chassis.store.aggregates import Cause
from services.notify.notices.domain.sending import RETRY_AFTER
from services.notify.persons.domain.choices import Choices, OfClass
from services.notify.persons.domain.person import change
from services.notify.persons.domain.quiet import QuietHours
from services.notify.routing.domain.kinds import MessageClass
from services.notify.shared.values import Way
from tests.integration import standing
from tests.integration.notify.house import House
from tests.integration.notify.notices.test_bundles import EIGHT, Post, a_delivery
from tests.integration.notify.records import a_case
from tests.unit.notify.given import DAY, HERE, HOUR, NIGHT, NOW

ME = "resident-1"
WEEKLY = {MessageClass.SERVICE: OfClass(together="weekly")}
DAILY = {MessageClass.SERVICE: OfClass(together="daily")}
SLEEPS_LATE = QuietHours(start=time(22), end=time(9))


async def chooses(house: House, person: str = ME, **choices: Any) -> None:
    """`person` chooses otherwise, and what waits for them is looked at again, twice."""
    me = member(person, HERE)
    wanted = Choices(**choices)
    await house.persons.change(person, lambda known, now: change(known, wanted, None, HERE, me, now), Cause(person))
    look = standing.sweep(house.rooms, "look-again")
    assert [await look.once(house.clock), await look.once(house.clock)] == [1, 0]


async def sent_by(house: House, post: Post) -> list[str]:
    """What is sent now, over two replicas; then the parts whose bundle is over are looked at."""
    before = len(post.taken)
    for _ in range(2):
        await a_delivery(house, post).once()
        await standing.sweep(house.rooms, "left-behind").once(house.clock)
    return [message.kind for message in post.taken[before:]]


@pytest.mark.parametrize("then", [{"classes": DAILY}, {"classes": DAILY, "quiet": SLEEPS_LATE}])
async def test_weekly_that_becomes_daily_comes_with_the_next_daily_digest(house: House, then: dict[str, Any]) -> None:
    post = Post()
    await house.know(ME, classes=WEEKLY)
    await house.take(a_case("case-1") + a_case("case-2", ME))
    house.now = NOW + HOUR
    await chooses(house, **then)
    comes = EIGHT + HOUR if "quiet" in then else EIGHT
    house.now = comes - HOUR / 60
    assert await sent_by(house, post) == []
    house.now = comes
    assert await sent_by(house, post) == ["digest"]
    for day in range(1, 9):
        house.now = comes + day * DAY
        assert await sent_by(house, post) == [], "told once"
    assert {each[3] for each in await house.told(channel="email", kind="case-verified")} == {"delivered"}


async def test_daily_that_becomes_weekly_comes_on_monday(house: House) -> None:
    post = Post()
    await house.know(ME, classes=DAILY)
    await house.take(a_case())
    await chooses(house, classes=WEEKLY)
    for day in range(5):
        house.now = EIGHT + day * DAY
        assert await sent_by(house, post) == []
    house.now = EIGHT + 5 * DAY
    assert await sent_by(house, post) == ["digest"]


async def test_what_was_collected_and_is_wanted_at_once_comes_together_now(house: House) -> None:
    post = Post()
    await house.know(ME, classes=WEEKLY)
    for n in range(4):
        await house.take(a_case(f"case-{n}", ME))
    house.now = NOW + HOUR
    await chooses(house)
    assert await sent_by(house, post) == ["digest"]
    for day in range(8):
        house.now = EIGHT + day * DAY
        assert await sent_by(house, post) == []


async def test_what_is_wanted_at_once_makes_no_second_digest_of_a_day(house: House) -> None:
    post = Post()
    await house.know(ME, classes=DAILY)
    await house.take(a_case("case-1"))
    house.now = EIGHT
    assert await sent_by(house, post) == ["digest"]
    house.now = EIGHT + HOUR
    await house.take(a_case("case-2", ME))
    await chooses(house)
    assert "digest" not in await sent_by(house, post)
    house.now = EIGHT + DAY
    assert await sent_by(house, post) == []


async def test_what_was_held_at_night_comes_when_the_quiet_hours_end_now(house: House) -> None:
    post = Post()
    await house.know(ME)
    house.now = NIGHT
    await house.take(a_case())
    assert await sent_by(house, post) == []
    house.now = NIGHT + HOUR
    await chooses(house, quiet=QuietHours(start=time(22), end=time(2)))
    assert await sent_by(house, post) == []
    house.now = NIGHT + 3 * HOUR
    assert len(await sent_by(house, post)) == 1
    await chooses(house, quiet=None)
    assert await sent_by(house, post) == []


async def test_a_digest_held_by_quiet_hours_comes_once_they_are_removed(house: House) -> None:
    post = Post()
    await house.know(ME, classes=DAILY, quiet=SLEEPS_LATE)
    await house.take(a_case())
    house.now = EIGHT + HOUR / 2
    assert await sent_by(house, post) == []
    await chooses(house, classes=DAILY, quiet=None)
    assert await sent_by(house, post) == ["digest"]
    house.now = EIGHT + HOUR
    assert await sent_by(house, post) == []


async def test_what_is_tried_again_later_is_not_tried_sooner_because_of_a_choice(house: House) -> None:
    post = Post()
    await house.know(ME, quiet=None)
    await house.take(a_case())
    post.later = True
    assert await sent_by(house, post) == []
    post.later = False
    await chooses(house)
    assert await sent_by(house, post) == []
    house.now = NOW + RETRY_AFTER[0]
    assert len(await sent_by(house, post)) >= 1


async def test_what_would_not_have_outlasted_the_night_comes_once_it_is_not_quiet(house: House) -> None:
    post = Post()
    await house.know(ME)
    house.now = NIGHT
    await house.take(a_case())
    mine = {"state.recipient": ME, "state.channel": Way.EMAIL}
    given_up = {"state.status": "suppressed", "state.reason": "expired", "state.why": "quiet-hours"}
    await house.db["notices"].update_many(mine, {"$set": {**given_up, "state.expires_at": NIGHT + 7 * HOUR}})
    house.now = NIGHT + HOUR
    await chooses(house, language="en")
    assert await sent_by(house, post) == [], "it is quiet still"
    await chooses(house, quiet=None)
    assert len(await sent_by(house, post)) >= 1
