"""What a community has added to the table that is shipped: kinds and routes of its own, an edition for each change."""

from collections.abc import Mapping
from datetime import datetime

from pydantic import ConfigDict, Field

from services.chassis.aggregate import Aggregate, Decision, decided
from services.chassis.errors import Invalid
from services.chassis.principal import Principal, Role
from services.contracts.marks import Office, Officer, Thing
from services.contracts.notices import RoutingChanged
from services.contracts.value import Value
from services.notify.routing.domain.kinds import KindName, KindRule, MessageClass
from services.notify.routing.domain.table import Route, Table, TableRefused

PAST_KEPT = 50


class WrongTable(Invalid, code="routing.wrong", zh="规则表有误：{trouble}", en="The table is wrong: {trouble}."):
    """A table is taken whole or not at all."""


class Past(Value):
    """An earlier edition, and who replaced it."""

    model_config = ConfigDict(frozen=True)

    edition: int
    kinds: Office[Mapping[KindName, KindRule]]
    routes: Thing[tuple[Route, ...]]
    on_duty: Officer[tuple[str, ...]] = ()
    until: datetime
    replaced_by: Officer[str]


class Routing(Aggregate):
    """The kinds and routes of one community, in their present edition; `past` are those before it.

    `on_duty` are the people of its office who hear of alerts: nobody was at home for a meal, a visit was not reported.
    """

    edition: int = 1
    kinds: Office[Mapping[KindName, KindRule]] = Field(default_factory=dict)
    routes: Thing[tuple[Route, ...]] = ()
    on_duty: Officer[tuple[str, ...]] = ()
    past: tuple[Past, ...] = ()

    @property
    def table(self) -> Table:
        """What was added, as a table."""
        return Table(edition=self.edition, kinds=self.kinds, routes=self.routes)


def adopt(
    routing: Routing,
    table: Table,
    shipped: Table,
    by: Principal,
    now: datetime,
    *,
    on_duty: tuple[str, ...] = (),
    new: bool = False,
) -> Decision[Routing]:
    """Replace what a community has added. The same again changes nothing.

    Raises:
        WrongTable: it names what is not there, changes a kind or a route that is shipped, or makes one mandatory that
            is no emergency.
    """
    by.require(routing.community, Role.STAFF)
    _require_right(table, shipped)
    if not new and (routing.kinds, routing.routes, routing.on_duty) == (table.kinds, table.routes, on_duty):
        return decided(routing)
    before = Past(
        edition=routing.edition,
        kinds=routing.kinds,
        routes=routing.routes,
        on_duty=routing.on_duty,
        until=now,
        replaced_by=by.sub,
    )
    adopted = routing.model_copy(
        update={
            "edition": routing.edition + 1,
            "kinds": table.kinds,
            "routes": table.routes,
            "on_duty": on_duty,
            "past": routing.past if new else (*routing.past, before)[-PAST_KEPT:],
        }
    )
    return decided(adopted, RoutingChanged(edition=adopted.edition, by=by.sub))


def _require_right(table: Table, shipped: Table) -> None:
    names = {route.name for route in shipped.routes}
    try:
        table.held_to(shipped.kinds)
    except TableRefused as error:
        raise WrongTable(trouble=str(error)) from None
    for kind, rule in table.kinds.items():
        if kind in shipped.kinds or kind in ("digest", "burst", "broadcast"):
            raise WrongTable(trouble=f"{kind} is shipped")
        if rule.mandatory and rule.sort is not MessageClass.EMERGENCY:
            raise WrongTable(trouble=f"{kind}: only an emergency can be made mandatory here")
    for route in table.routes:
        if route.name in names:
            raise WrongTable(trouble=f"{route.name} is shipped")
