"""A member of a group asks for records again at once: nothing that comes waits for a pause between two polls."""

from collections.abc import Coroutine
from typing import Any

from aiokafka import ConsumerRebalanceListener, TopicPartition

from services.chassis.subscriber.member import Group, Member


class _Nobody(ConsumerRebalanceListener):  # type: ignore[misc]  # aiokafka has no types
    def on_partitions_revoked(self, revoked: Any) -> None:
        """Nothing is held."""

    def on_partitions_assigned(self, assigned: Any) -> None:
        """Nothing is read."""


class _Quiet:
    """A consumer that has nothing at first, and then two records of two partitions."""

    def __init__(self) -> None:
        self.answers: list[dict[TopicPartition, list[str]]] = [
            {},
            {TopicPartition("t", 0): ["a"], TopicPartition("t", 1): ["b"]},
        ]

    async def getmany(self, **_: Any) -> dict[TopicPartition, list[str]]:
        return self.answers.pop(0)


async def test_after_an_empty_poll_the_next_one_follows_at_once() -> None:
    async def take(records: Any) -> None:
        """Nothing is taken here."""

    reading, consumer = Member(Group("127.0.0.1:9", "g", ["t"]), take, _Nobody())._subscriber.get_msg, _Quiet()
    assert [_at_once(reading(consumer)) for _ in range(2)] == [(), ("a", "b")]


def _at_once(reading: Coroutine[Any, Any, Any]) -> Any:
    """What a coroutine returns that waits for nothing."""
    try:
        reading.send(None)
    except StopIteration as done:
        return done.value
    reading.close()
    raise AssertionError("it waits")
