"""How routing is kept: one document for each community that has added something."""

from typing import Any

from services.chassis.store.aggregates import Kind
from services.contracts.topics import NOTICES
from services.notify.routing.domain.edition import Routing

ROUTING = Kind("notice-routing", "notice_routings", Routing, NOTICES, None)
KINDS: tuple[Kind[Any], ...] = (ROUTING,)


def routing_id(community: str) -> str:
    """The id of what `community` has added."""
    return f"routing-{community}"
