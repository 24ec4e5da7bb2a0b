"""People stand behind a wish, and take that back while the wish is not answered."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.chassis.errors import UnknownAggregate
from services.chassis.http.command import Command
from services.chassis.principal import Principal
from services.chassis.store.aggregates import Aggregates, Stored
from services.issues.supports.counting import SupporterCounts
from services.issues.supports.domain.supports import GiveSupport, Subject, Support, supporter
from services.issues.supports.joining import count, give, supported_by, take_back
from services.issues.wishes.domain.wishes import Wish, require_supportable
from services.issues.wishes.store import HIDDEN_WISHES


@dataclass(frozen=True, slots=True)
class WishJoining:
    """Joins people to `wishes` and takes them away: a support is written, then the wish is counted."""

    wishes: Aggregates[Wish]
    supports: Aggregates[Support]
    supporter_counts: SupporterCounts

    async def support(self, id: str, body: GiveSupport, command: Command) -> Stored[Wish]:
        """Stand behind a wish; its proposer does already.

        Raises:
            UnknownAggregate, NotYours, WishIsAnswered, WishIsHidden: as they say.
        """
        stored = await self.known(id, command.principal)
        wish = stored.aggregate
        person = supporter(body, wish.community, command.principal)
        if person in wish.people or await self.supported_by(person, [id]):
            return stored
        require_supportable(wish, command.principal)
        await give(self.supports, wish, Subject.WISH, person, command)
        await count(self.supporter_counts, id, Subject.WISH)
        return await self.wishes.get(id)

    async def leave(self, id: str, command: Command) -> Stored[Wish]:
        """Stand behind a wish no longer, while it is not answered. A proposer can't leave.

        Raises:
            UnknownAggregate, NotYours, WishIsAnswered, WishIsHidden: as they say.
        """
        wish = (await self.known(id, command.principal)).aggregate
        require_supportable(wish, command.principal)
        await take_back(self.supports, [id], await hidden_among(self.wishes, [id]), command)
        await count(self.supporter_counts, id, Subject.WISH)
        return await self.wishes.get(id)

    async def known(self, id: str, by: Principal) -> Stored[Wish]:
        """The wish `id`.

        Raises:
            UnknownAggregate: there is none in a community of `by`, or it is hidden and not from them.
        """
        stored = await self.wishes.get(id)
        if not stored.aggregate.known_to(by):
            raise UnknownAggregate(kind="wish", id=id)
        return stored

    async def supported_by(self, person: str, ids: Sequence[str]) -> set[str]:
        """Those of the wishes `ids` that `person` supports."""
        return await supported_by(self.supports, person, ids)


async def hidden_among(wishes: Aggregates[Wish], ids: Sequence[str]) -> set[str]:
    """Those of `ids` that are wishes of which only their proposer and the staff may know."""
    hidden = wishes.collection.find({"_id": {"$in": list(ids)}, **HIDDEN_WISHES}, {"_id": 1})
    return {found["_id"] async for found in hidden}
