"""How requests for help are kept and looked for."""

from collections.abc import Mapping, Sequence

from services.chassis.store.aggregates import Kind
from services.chassis.store.mongo import IndexModel
from services.contracts.topics import VOLUNTEERS
from services.contracts.volunteers import HelpRequestState
from services.volunteers.requests.domain import HelpRequest
from services.volunteers.shared.queries import found_by, listed_by

HELP_REQUEST = Kind(
    name="help-request",
    collection="help_requests",
    model=HelpRequest,
    topic=VOLUNTEERS,
    state=HelpRequestState,
    zh="求助",
    en="request for help",
)
KINDS = (HELP_REQUEST,)

INDEXES: Mapping[str, Sequence[IndexModel]] = {
    HELP_REQUEST.collection: [
        listed_by("community"),
        listed_by("community", "status"),
        listed_by("community", "person"),
        found_by("person"),
        found_by("helped"),
    ],
}
