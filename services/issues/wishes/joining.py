"""People stand behind a wish, and take that back while the wish is not answered."""

from collections.abc import Sequence

from services.chassis.errors import UnknownAggregate
from services.chassis.http.command import Command
from services.chassis.principal import Principal
from services.chassis.store.aggregates import Aggregates, Stored
from services.issues.supports.counting import Tallies
from services.issues.supports.domain.supports import GiveSupport, Subject, Support, supporter
from services.issues.supports.joining import count, give, supported_by, take_back
from services.issues.wishes.domain.wishes import Wish, require_supportable
from services.issues.wishes.store import HIDDEN_WISHES


async def support_wish(
    wishes: Aggregates[Wish],
    supports: Aggregates[Support],
    tallies: Tallies,
    id: str,
    body: GiveSupport,
    command: Command,
) -> Stored[Wish]:
    """Stand behind a wish; its proposer does already.

    Raises:
        UnknownAggregate, NotYours, WishIsAnswered, WishIsHidden: as they say.
    """
    stored = await known_wish(wishes, id, command.principal)
    wish = stored.aggregate
    person = supporter(body, wish.community, command.principal)
    if person in wish.people or await supported_by(supports, person, [id]):
        return stored
    require_supportable(wish, command.principal)
    await give(supports, wish, Subject.WISH, person, command)
    await count(tallies, id, Subject.WISH)
    return await wishes.get(id)


async def leave_wish(
    wishes: Aggregates[Wish], supports: Aggregates[Support], tallies: Tallies, id: str, command: Command
) -> Stored[Wish]:
    """Stand behind a wish no longer, while it is not answered. A proposer can't leave.

    Raises:
        UnknownAggregate, NotYours, WishIsAnswered, WishIsHidden: as they say.
    """
    wish = (await known_wish(wishes, id, command.principal)).aggregate
    require_supportable(wish, command.principal)
    await take_back(supports, [id], await hidden_among(wishes, [id]), command)
    await count(tallies, id, Subject.WISH)
    return await wishes.get(id)


async def known_wish(wishes: Aggregates[Wish], id: str, by: Principal) -> Stored[Wish]:
    """The wish `id`.

    Raises:
        UnknownAggregate: there is none, or it is hidden and not from `by`.
    """
    stored = await wishes.get(id)
    if not stored.aggregate.known_to(by):
        raise UnknownAggregate(kind="wish", id=id)
    return stored


async def hidden_among(wishes: Aggregates[Wish], ids: Sequence[str]) -> set[str]:
    """Those of `ids` that are wishes of which only their proposer and the staff may know."""
    hidden = wishes.collection.find({"_id": {"$in": list(ids)}, **HIDDEN_WISHES}, {"_id": 1})
    return {found["_id"] async for found in hidden}
