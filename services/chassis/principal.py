"""Who acts: the claims of a verified token, as the domain sees them."""

from dataclasses import dataclass, field
from enum import StrEnum

from services.chassis.errors import NotYours


class Role(StrEnum):
    """What a person is in a community."""

    RESIDENT = "resident"
    GRID_WORKER = "grid-worker"
    HANDLER = "handler"
    SUPERVISOR = "supervisor"
    STAFF = "staff"
    VOLUNTEER = "volunteer"
    ORGANISER = "organiser"
    OPERATOR = "operator"


@dataclass(frozen=True, slots=True)
class Principal:
    """A person or a system. `sub` is opaque; `units` are the organisations a handler or supervisor works for.

    `alias`: the name under which a service keeps what they did without saying who they are; None where it has none.
    """

    sub: str
    roles: frozenset[Role] = field(default_factory=frozenset)
    communities: frozenset[str] = field(default_factory=frozenset)
    units: frozenset[str] = field(default_factory=frozenset)
    alias: str | None = None

    def has(self, *roles: Role) -> bool:
        """Whether one of `roles` is held."""
        return not self.roles.isdisjoint(roles)

    def require(self, community: str, *roles: Role) -> None:
        """Raises NotYours unless this is a member of `community` and, where roles are given, holds one of them."""
        if community not in self.communities or (roles and not self.has(*roles)):
            raise NotYours()


SYSTEM = "system"
"""The `sub` of commands that a clock or an event issues."""


def system(community: str, *roles: Role) -> Principal:
    """The platform itself, acting in `community`."""
    return Principal(SYSTEM, frozenset(roles), frozenset({community}))
