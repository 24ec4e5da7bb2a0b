"""The addition of a community to the shipped table: kinds and routes of its own, in a new edition for each change."""

from collections.abc import Iterable, Iterator, Mapping, Set
from datetime import datetime

from pydantic import ConfigDict, Field

from services.chassis.aggregate import Aggregate, Decision, decided
from services.chassis.errors import Invalid
from services.chassis.principal import Principal, Role
from services.chassis.words import Worded
from services.contracts.marks import Office, Officer, Thing
from services.contracts.notices import RoutingChanged
from services.contracts.value import Value
from services.notify.routing.domain.kinds import KindName, KindRule, MessageClass
from services.notify.routing.domain.table import Route, Table, TableRefused

PAST_KEPT = 50


class WrongTable(Invalid, code="routing.wrong", zh="规则表有误：{trouble}", en="The table is wrong: {trouble}."):
    """The table has a mistake, so that none of it is taken."""


class Past(Value):
    """An earlier edition, and the person who replaced it."""

    model_config = ConfigDict(frozen=True)

    edition: int
    kinds: Office[Mapping[KindName, KindRule]]
    routes: Thing[tuple[Route, ...]]
    on_duty: Officer[tuple[str, ...]] = ()
    until: datetime
    replaced_by: Officer[str]


class Routing(Aggregate):
    """The kinds and routes of one community, in their present edition; `past` are those before it.

    `on_duty` are the people of its office who are told of alerts: nobody was at home for a meal, a visit was not
    reported.
    """

    edition: int = 1
    kinds: Office[Mapping[KindName, KindRule]] = Field(default_factory=dict)
    routes: Thing[tuple[Route, ...]] = ()
    on_duty: Officer[tuple[str, ...]] = ()
    past: tuple[Past, ...] = ()

    @property
    def table(self) -> Table:
        """The added kinds and routes as a table."""
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
    """Replace the addition of a community. The same table again changes nothing.

    Raises:
        WrongTable: the table names something that doesn't exist, changes a shipped kind or route, names a kind that is
        made by people alone, as a broadcast is, or makes a kind mandatory that is no emergency.
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
        raise WrongTable(trouble=error.trouble) from None
    for kind, rule in table.kinds.items():
        if kind in shipped.kinds or kind in ("digest", "burst", "broadcast"):
            raise WrongTable(trouble=_shipped(kind))
        if rule.template != 1:
            zh, en = f"{kind}：template 没有第 {rule.template} 版", f"{kind}: there is no template {rule.template}"
            raise WrongTable(trouble=Worded.sentence(zh, en))
        if rule.mandatory and rule.sort is not MessageClass.EMERGENCY:
            zh, en = f"{kind}：此处只有紧急消息可以设为必达", f"{kind}: only an emergency can be made mandatory here"
            raise WrongTable(trouble=Worded.sentence(zh, en))
    apart = shipped.kinds.keys() - {tell.kind for route in shipped.routes for tell in route.tell}
    for route in table.routes:
        if route.name in names:
            raise WrongTable(trouble=_shipped(route.name))
        named_here = {each.kind for each in route.tell} | {each.kind for each in route.supersede}
        for kind in sorted(named_here & apart):
            zh, en = (
                f"{route.name}：没有事件产生 {kind} 消息",
                f"{route.name}: no event makes messages of the kind {kind}",
            )
            raise WrongTable(trouble=Worded.sentence(zh, en))


def require_there(routes: Iterable[Route], rule: str, there: Set[str]) -> None:
    """Hold routes to the teams, or buildings, that are `there` in the community; `rule` says which of the two.

    Raises:
        WrongTable: a route names one that is not.
    """
    for route, value in named(routes, rule):
        if value not in there:
            zh = f"{route.name}：to.value：没有 {rule} {value}"
            raise WrongTable(trouble=Worded.sentence(zh, f"{route.name}: to.value: there is no {rule} {value}"))


def named(routes: Iterable[Route], rule: str) -> Iterator[tuple[Route, str]]:
    """The audiences by `rule` that `routes` name by value."""
    for route in routes:
        for tell in route.tell:
            if tell.to.rule == rule and tell.to.value is not None:
                yield route, tell.to.value


def _shipped(name: str) -> Worded:
    return Worded.sentence(f"{name} 是系统自带的", f"{name} is shipped")
