"""Shows drafts to callers: with names beside codes and ids, and with what the caller may do now.

Names come from memory and are read before (`ready`), since an answer to a command is made inside the write that keeps
it.
"""

from collections.abc import Callable

from services.chassis.clock import Clock
from services.chassis.http.language import Language
from services.chassis.principal import Principal
from services.chassis.store.aggregates import Aggregates, Stored
from services.events.activities.domain.formalities import Formalities
from services.events.activities.presenting import commands_of, names_of
from services.events.drafts.domain import Draft
from services.events.drafts.possible import possible
from services.events.drafts.views import STATUSES, DraftView, own_fields
from services.events.names.store import Names


class DraftPresenter:
    """Shows drafts."""

    def __init__(self, drafts: Aggregates[Draft], names: Names, formalities: Formalities, clock: Clock) -> None:
        self._drafts = drafts
        self._names = names
        self._formalities = formalities
        self._clock = clock

    async def at_home(self, community: str) -> None:
        """Read the names for drafts of `community`."""
        await self._names.of(community)

    async def ready(self, id: str) -> None:
        """Read the names for draft `id`, where there is one."""
        if (stored := await self._drafts.find(id)) is not None:
            await self._names.of(stored.aggregate.community)

    def view(self, by: Principal, language: Language) -> Callable[[Stored[Draft]], DraftView]:
        """How `by` sees a draft."""

        def shown(stored: Stored[Draft]) -> DraftView:
            draft = stored.aggregate
            names = names_of(draft, STATUSES[draft.status], self._names.known(draft.community), language)
            can = commands_of(possible(draft, by, self._clock(), self._formalities), language)
            return DraftView(**own_fields(stored), names=names, can=can)

        return shown
