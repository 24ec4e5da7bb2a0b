"""The kind, indexes and queries of end points."""

from collections.abc import Mapping, Sequence
from typing import Any

from services.chassis.store.aggregates import Aggregates, Kind, newest_first
from services.chassis.store.mongo import ASCENDING, IndexModel
from services.contracts.topics import NOTICES
from services.notify.channels import pacing
from services.notify.channels.domain.endpoint import Endpoint, EndpointStatus

ENDPOINT = Kind("notice-endpoint", "notice_endpoints", Endpoint, NOTICES, None, zh="推送端点", en="end point")
KINDS: tuple[Kind[Any], ...] = (ENDPOINT,)
INDEXES: Mapping[str, Sequence[IndexModel]] = {
    **pacing.INDEXES,
    ENDPOINT.collection: [
        IndexModel(list(newest_first("state.community")), name="community"),
        IndexModel([("state.community", ASCENDING), ("state.kinds", ASCENDING)], name="kinds"),
    ],
}
_MOST = 200


async def wanting(endpoints: Aggregates[Endpoint], community: str, kind: str) -> list[Endpoint]:
    """The active end points of `community` that get messages of `kind`."""
    query = {"state.community": community, "state.kinds": kind, "state.status": EndpointStatus.ACTIVE}
    return [stored.aggregate for stored in (await endpoints.select(query, limit=_MOST)).items]
