"""Gives the present table of a community, which is read again every few seconds."""

from services.chassis.clock import Clock
from services.chassis.store.aggregates import Aggregates
from services.notify.routing.domain.edition import Routing
from services.notify.routing.domain.kinds import KindRule, Kinds
from services.notify.routing.domain.table import Table
from services.notify.routing.shipped import RULES
from services.notify.routing.store import routing_id
from services.notify.shared.believed import Believed

_NOTHING: tuple[Table, tuple[str, ...]] = (Table(edition=0), ())


class Editions:
    """The additions of communities to the shipped table. A change by another replica is seen after four seconds at
    most."""

    def __init__(self, routings: Aggregates[Routing], clock: Clock) -> None:
        self._routings = routings
        self._believed = Believed(self._read, clock)

    async def of(self, community: str) -> Table:
        """The kinds and routes that `community` has added."""
        return (await self._believed(community))[0]

    def begin(self, community: str) -> None:
        """Begin to read the table of `community`, if that was not done just now."""
        self._believed.begin(community)

    async def kinds(self, community: str) -> frozenset[str]:
        """The kinds of message that there are in `community`, shipped and added."""
        return frozenset({*RULES, *(await self.of(community)).kinds})

    async def rules(self, community: str) -> Kinds:
        """The kinds of message that there are in `community`, with their rules."""
        return {**RULES, **(await self.of(community)).kinds}

    async def on_duty(self, community: str) -> tuple[str, ...]:
        """The people of the office who are told the alerts of `community`."""
        return (await self._believed(community))[1]

    async def _read(self, community: str) -> tuple[Table, tuple[str, ...]]:
        stored = await self._routings.find(routing_id(community))
        return _NOTHING if stored is None else (stored.aggregate.table, stored.aggregate.on_duty)

    def known_rule(self, community: str, kind: str) -> KindRule | None:
        """The rule of `kind`, shipped or added, by what was last read; None where there is no such kind."""
        known = self._believed.known(community)
        return RULES.get(kind) or (None if known is None else known[0].kinds.get(kind))

    def forget(self, community: str) -> None:
        """Read the table of `community` again when it is next asked for."""
        self._believed.forget(community)
