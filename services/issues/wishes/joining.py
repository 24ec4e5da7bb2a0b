"""People support a wish, and may withdraw their support until the wish is answered."""

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
    """Adds and withdraws people's support of `wishes`: the support is written, then the supporters are counted."""

    wishes: Aggregates[Wish]
    supports: Aggregates[Support]
    supporter_counts: SupporterCounts

    async def support(self, id: str, body: GiveSupport, command: Command) -> Stored[Wish]:
        """Support the wish `id`. Its proposer supports it already, so nothing changes for them.

        Raises:
            UnknownAggregate: there is no such wish, or the caller may not know of it.
            NotYours: the caller may not support it, or not for this person.
            WishIsAnswered, WishIsHidden: the support of the wish can no longer change.
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
        """Withdraw the caller's support of the wish `id`, which must not be answered yet. A proposer can't withdraw.

        Raises:
            UnknownAggregate: there is no such wish, or the caller may not know of it.
            NotYours: the caller may not support it, or not for this person.
            WishIsAnswered, WishIsHidden: the support of the wish can no longer change.
        """
        wish = (await self.known(id, command.principal)).aggregate
        require_supportable(wish, command.principal)
        await take_back(self.supports, [id], await hidden_among(self.wishes, [id]), command)
        await count(self.supporter_counts, id, Subject.WISH)
        return await self.wishes.get(id)

    async def known(self, id: str, by: Principal) -> Stored[Wish]:
        """The wish `id`.

        Raises:
            UnknownAggregate: there is no such wish in a community of `by`, or it is hidden and somebody else's.
        """
        stored = await self.wishes.get(id)
        if not stored.aggregate.known_to(by):
            raise UnknownAggregate(kind="wish", id=id)
        return stored

    async def supported_by(self, person: str, ids: Sequence[str]) -> set[str]:
        """Those of the wishes `ids` that `person` supports."""
        return await supported_by(self.supports, person, ids)


async def hidden_among(wishes: Aggregates[Wish], ids: Sequence[str]) -> set[str]:
    """Those of `ids` that are hidden wishes, of which only their proposer and the staff may know."""
    hidden = wishes.collection.find({"_id": {"$in": list(ids)}, **HIDDEN_WISHES}, {"_id": 1})
    return {found["_id"] async for found in hidden}
