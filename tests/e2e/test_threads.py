"""The two threads, in one process."""

from tests.e2e import threads
from tests.e2e.house import House


async def test_a_finding_is_put_right(house: House) -> None:
    await threads.a_finding_is_put_right(house)


async def test_an_activity_is_attended(house: House) -> None:
    await threads.an_activity_is_attended(house)
