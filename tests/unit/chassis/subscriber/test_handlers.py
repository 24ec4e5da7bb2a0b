"""The table of handlers: which topics it needs, and what marks an effect."""

from collections.abc import Sequence
from typing import Any

from services.chassis.store.aggregates import Taken
from services.chassis.store.mongo import InsertOne
from services.chassis.subscriber.handlers import Handlers, Received
from services.contracts.envelope import from_headers
from tests.integration.chassis.lab import fact
from tests.integration.chassis.workshop import WORKSHOP, ThingBumped, ThingMade, ThingState


def received(trace: str | None = None) -> Received[ThingMade]:
    key, _, headers = fact("thing-1", 4, ThingMade(n=1), traceparent=f"00-{'a' * 32}-{'b' * 16}-01")
    return Received(from_headers(headers, key), ThingMade(n=1), "on_made", trace)


def test_each_topic_is_subscribed_once_and_only_where_something_is_handled() -> None:
    handlers = Handlers()
    assert handlers.topics == []

    @handlers.on(ThingMade)
    async def made(_received: Received[ThingMade]) -> None: ...

    @handlers.write(ThingMade, ThingBumped, collection="notes")
    def note(_received: Received[Any]) -> Sequence[InsertOne[dict[str, Any]]]:
        return []

    assert handlers.topics == [WORKSHOP.name]
    handlers.copy(ThingState, "copies")
    assert handlers.topics == [WORKSHOP.name, WORKSHOP.state]
    assert handlers.model(ThingBumped.type) is ThingBumped
    assert handlers.model(ThingState.type) is None


def test_an_effect_is_marked_by_handler_source_and_sequence() -> None:
    assert received().taken == Taken("on_made", "thing-1", 4)
    assert str(received().taken) == "on_made:thing-1#4"


def test_the_cause_continues_the_span_of_the_handler_and_else_the_event() -> None:
    inner = f"00-{'a' * 32}-{'c' * 16}-01"
    assert received(inner).cause.traceparent == inner
    assert (received().cause.traceparent or "").endswith(f"{'b' * 16}-01")
