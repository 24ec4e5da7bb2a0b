"""The kind and ids of routing: one document for each community that has added something."""

from typing import Any

from services.chassis.store.aggregates import Kind
from services.contracts.topics import NOTICES
from services.notify.routing.domain.edition import Routing

ROUTING = Kind("notice-routing", "notice_routings", Routing, NOTICES, None, zh="规则表", en="table of routes")
KINDS: tuple[Kind[Any], ...] = (ROUTING,)


def routing_id(community: str) -> str:
    """The id of the addition of `community`."""
    return f"routing-{community}"
