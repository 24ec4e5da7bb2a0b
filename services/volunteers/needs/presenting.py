"""Shows needs to callers: with names beside ids, and with the commands that the caller may give now.

The answer to a command is made inside the write that stores it, where nothing can be read. So the names and the
caller's own record are read before.
"""

from collections.abc import Callable, Iterable, Sequence

from services.chassis.clock import Clock
from services.chassis.principal import Principal, Role
from services.chassis.store.aggregates import Aggregates, Stored
from services.volunteers.names.store import Names
from services.volunteers.needs.domain.homes import Whereabouts
from services.volunteers.needs.domain.need import Need
from services.volunteers.needs.possible import possible
from services.volunteers.needs.views import Beside, NeedView, need_view
from services.volunteers.people.domain.volunteer import Volunteer, volunteer_id
from services.volunteers.people.store import called_by

View = Callable[[Stored[Need]], NeedView]


class NeedPresenter:
    """Makes the views of needs for callers."""

    def __init__(self, needs: Aggregates[Need], volunteers: Aggregates[Volunteer], names: Names, clock: Clock) -> None:
        self._needs = needs
        self._volunteers = volunteers
        self._names = names
        self._clock = clock

    async def reading(
        self, by: Principal, needs: Sequence[Need], where: Whereabouts | None = None, people: Iterable[str] = ()
    ) -> View:
        """The function that shows one of `needs` to `by`.

        `where`: the home of the person helped, if `by` is told it. `people`: persons whose names are shown to staff,
        though they are not in the needs yet.
        """
        communities = {need.community for need in needs}
        await self._names.prepare(communities)
        theirs = {each: await self._volunteers.find(volunteer_id(each, by.sub)) for each in communities}
        called = await self._called(by, needs, people)

        def view(stored: Stored[Need]) -> NeedView:
            need = stored.aggregate
            found = theirs.get(need.community)
            can = possible(need, by, self._clock(), None if found is None else found.aggregate)
            return need_view(stored, by, Beside(self._names.known(need.community), can, called), where)

        return view

    async def answering(self, by: Principal, id: str, *people: str, filtered: bool = False) -> View:
        """The function that shows need `id` to `by` in the answer to a command, which may name `people`.

        `filtered`: the filters judge the commands that `by` may give next. Without it, the rules of the need alone
        judge them, which spares reads: a person who accepts has just passed the filters, and reading the need again
        tells the rest.
        """
        if filtered or any(by.has(each, Role.STAFF) for each in by.communities):
            found = await self._needs.find(id)
            if found is not None and found.aggregate.community in by.communities:
                return await self.reading(by, [found.aggregate], people=people)
        await self._names.prepare(by.communities)

        def view(stored: Stored[Need]) -> NeedView:
            need = stored.aggregate
            can = possible(need, by, self._clock(), None, filtered=False)
            return need_view(stored, by, Beside(self._names.known(need.community), can, {}))

        return view

    async def _called(self, by: Principal, needs: Iterable[Need], more: Iterable[str]) -> dict[str, str]:
        """The names, by person, that staff are shown for the people in `needs` and for `more`."""
        named: dict[str, set[str]] = {}
        for need in needs:
            if by.has(need.community, Role.STAFF):
                named.setdefault(need.community, set(more)).update(need.people)
        found: dict[str, str] = {}
        for community, people in named.items():
            found |= await called_by(self._volunteers, community, people)
        return found
