"""The collections of attendance: copies of the states of volunteers, and the tries at codes."""

from collections.abc import Mapping, Sequence

from services.chassis.store import tries
from services.chassis.store.mongo import ASCENDING, Collection, IndexModel, is_passing
from services.chassis.store.unavailable import StoreUnavailable

VOLUNTEERS = "volunteers"
"""The collection in which the public states of volunteers are copied."""

INDEXES: Mapping[str, Sequence[IndexModel]] = {
    VOLUNTEERS: [IndexModel([("community", ASCENDING), ("state.person", ASCENDING)])],
    tries.COLLECTION: tries.INDEXES,
}


class Volunteers:
    """The volunteers that this service has been told of."""

    def __init__(self, copies: Collection) -> None:
        self._copies = copies

    async def is_approved(self, community: str, person: str) -> bool:
        """Whether staff have approved `person` as a volunteer.

        Raises:
            StoreUnavailable: the store does not answer.
        """
        query = {"community": community, "state.person": person, "state.approved": True}
        try:
            return await self._copies.find_one(query, {"_id": 1}) is not None
        except Exception as error:
            if is_passing(error):
                raise StoreUnavailable() from error
            raise
