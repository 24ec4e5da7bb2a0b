"""Partner organisations: who handles cases, walks rounds of their own and supplies professionals."""

from datetime import datetime

from services.chassis.aggregate import Aggregate, Decision, decided, derived_id, event_from
from services.chassis.principal import Principal, Role
from services.chassis.values import Line, Request
from services.contracts.issues import UnitKind, UnitRegistered, UnitState
from services.contracts.marks import Code, Id, Masked, Office, Thing


class RegisterUnit(Request):
    """A request to register an organisation. `code` is its short name, unique in its community."""

    community: Id
    code: Code
    kind: UnitKind
    title: Line
    title_en: Line | None = None


class Unit(Aggregate):
    """A partner organisation. Its id is what the tokens of its people carry in their units."""

    code: Thing[str]
    kind: UnitKind
    title: Office[Masked]
    title_en: Office[Masked | None] = None
    registered_at: datetime

    def public(self) -> UnitState:
        return UnitState(code=self.code, kind=self.kind, title=self.title, title_en=self.title_en)


def unit_id(community: str, code: str) -> str:
    """The id of the unit `code`: derived, so that one code is one unit."""
    return derived_id("unit", community, code)


def register_unit(command: RegisterUnit, by: Principal, now: datetime) -> Decision[Unit]:
    """Take an organisation among the community's partners."""
    by.require(command.community, Role.STAFF, Role.OPERATOR)
    unit = Unit(id=unit_id(command.community, command.code), registered_at=now, **command.model_dump())
    return decided(unit, event_from(UnitRegistered, unit))
