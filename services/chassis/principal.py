"""The person who acts: the claims of a verified token, in the form in which the domain sees them.

A role or a unit holds only in the community that it is given in, an operator's too. So every question about a role
names the community of the thing that it is about.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from services.chassis.errors import NotYours


class Role(StrEnum):
    """The role of a person in a community."""

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
    """A person or a system. `sub` is opaque.

    `duties` are roles, `posts` the units that a handler or supervisor works for, each with the community in which it
    is held. `alias`: the name under which a service keeps what they did without saying who they are; None where it has
    none. `member` makes the usual one, who belongs to one community.
    """

    sub: str
    communities: frozenset[str] = frozenset()
    duties: frozenset[tuple[str, Role]] = frozenset()
    posts: frozenset[tuple[str, str]] = frozenset()
    alias: str | None = field(default=None, kw_only=True)

    def __post_init__(self) -> None:
        """Raises ValueError where something is held in a community that they don't belong to."""
        if not {community for community, _ in (*self.duties, *self.posts)} <= self.communities:
            raise ValueError("a role or a unit is held in a community that its holder belongs to")

    def has(self, community: str, role: Role, *more: Role) -> bool:
        """Whether `role`, or one of `more`, is held in `community`."""
        if isinstance(community, Role):  # a role is a word, too: the type checker would let it stand for a community
            raise TypeError("the community comes before the roles")
        return any((community, each) in self.duties for each in (role, *more))

    def require(self, community: str, *roles: Role) -> None:
        """Raises NotYours unless this belongs to `community` and, where roles are given, holds one of them there."""
        if community not in self.communities or (roles and not self.has(community, *roles)):
            raise NotYours()

    def units_in(self, community: str) -> frozenset[str]:
        """The units that they work for in `community`."""
        return frozenset(unit for place, unit in self.posts if place == community)

    def works_for(self, community: str, unit: str | None) -> bool:
        """Whether `unit` is one that they work for in `community`; None is nobody's."""
        return (community, unit) in self.posts

    def where(self, role: Role) -> frozenset[str]:
        """The communities in which `role` is held."""
        return frozenset(place for place, each in self.duties if each is role)


def member(sub: str, community: str, *roles: Role, units: Iterable[str] = ()) -> Principal:
    """Somebody who belongs to `community` and is `roles` there, working for `units`."""
    return Principal(
        sub,
        frozenset({community}),
        frozenset((community, role) for role in roles),
        frozenset((community, unit) for unit in units),
    )


SYSTEM = "system"
"""The `sub` of commands that a clock or an event issues."""


def system(community: str, *roles: Role) -> Principal:
    """The platform itself, acting in `community`."""
    return member(SYSTEM, community, *roles)
