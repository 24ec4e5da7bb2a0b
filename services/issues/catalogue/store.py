"""The kinds, indexes and queries of catalogues: the one in force in each community, earlier editions, and loaded
calendars."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from services.chassis.aggregate import Decision
from services.chassis.cache import Cache
from services.chassis.elapsed import elapsed
from services.chassis.errors import AlreadyExists, StaleVersion
from services.chassis.store.aggregates import Aggregates, Cause, Kind, Page
from services.chassis.store.mongo import ASCENDING, IndexModel
from services.contracts.issues import CalendarYearState, CatalogueState
from services.contracts.topics import ISSUES
from services.issues.catalogue.domain.calendars import CalendarYear
from services.issues.catalogue.domain.catalogue import Catalogue
from services.issues.catalogue.domain.editions import Edition, edition_id
from services.issues.catalogue.residential import RESIDENTIAL
from services.issues.shared.cache import LOOK_EVERY

EDITION = "state.edition"

CATALOGUES = Kind(
    name="catalogue",
    collection="catalogues",
    model=Edition,
    topic=ISSUES,
    state=CatalogueState,
    zh="分类目录",
    en="catalogue",
)
CALENDARS = Kind(
    name="calendar",
    collection="calendars",
    model=CalendarYear,
    topic=ISSUES,
    state=CalendarYearState,
    zh="工作日历",
    en="calendar",
)
KINDS = (CATALOGUES, CALENDARS)
INDEXES: Mapping[str, Sequence[IndexModel]] = {
    CATALOGUES.collection: [IndexModel([("state.community", ASCENDING), (EDITION, ASCENDING), ("_id", ASCENDING)])],
}


@dataclass(slots=True)
class _Known:
    """A catalogue in memory, and when it was last looked whether it is still the one in force."""

    catalogue: Catalogue
    looked: float


class Catalogues:
    """The catalogues of all communities; the first one of a community is that which comes with the service.

    What is guaranteed: an edition that any replica has adopted is in force here twice `LOOK_EVERY` seconds later at the
    latest, and at once where it was adopted. A case says which edition it was filed under, so that both may be right.
    """

    LIMIT = 2_000

    def __init__(self, editions: Aggregates[Edition]) -> None:
        self.stored = editions
        self._known = Cache[str, _Known](self.LIMIT)

    async def of(self, community: str) -> Catalogue:
        """The catalogue under which `community` takes reports now."""
        known = self._known.get(community)
        if known is None:
            return self._remember(community, await self.latest(community))
        if elapsed() - known.looked >= LOOK_EVERY:
            known.looked = elapsed()
            if await self.stored.find(edition_id(community, known.catalogue.version + 1)) is not None:
                return self._remember(community, await self.latest(community))
        return known.catalogue

    def known(self, community: str) -> Catalogue | None:
        """The catalogue of `community` if it is in memory."""
        found = self._known.get(community)
        return None if found is None else found.catalogue

    async def latest(self, community: str) -> Catalogue:
        """The catalogue in force, read from the store: for a command that builds on it."""
        found = (await self.editions(community, limit=1)).items
        return found[0].aggregate.catalogue if found else RESIDENTIAL

    async def editions(self, community: str, *, limit: int, cursor: str | None = None) -> Page[Edition]:
        """The editions of `community`, the newest first."""
        return await self.stored.select({"state.community": community}, sort=EDITION, limit=limit, cursor=cursor)

    async def edition(self, community: str, edition: int) -> Catalogue:
        """The edition `edition` of `community`; 0 is the one that comes with the service.

        Raises:
            UnknownAggregate: there is none.
        """
        if edition == 0:
            return RESIDENTIAL
        return (await self.stored.get(edition_id(community, edition))).aggregate.catalogue

    async def adopt(
        self, community: str, before: Catalogue, decide: Callable[[datetime], Decision[Edition]], cause: Cause
    ) -> Catalogue:
        """Put the edition after `before` in force.

        Raises:
            StaleVersion: another one was put in force meanwhile.
        """
        try:
            stored = await self.stored.create(edition_id(community, before.version + 1), decide, cause)
        except AlreadyExists:
            raise StaleVersion(version=(await self.latest(community)).version) from None
        return self._remember(community, stored.aggregate.catalogue)

    def _remember(self, community: str, catalogue: Catalogue) -> Catalogue:
        self._known.put(community, _Known(catalogue, elapsed()))
        return catalogue
