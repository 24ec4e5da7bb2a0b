"""What callers send about registrations."""

from enum import StrEnum

from pydantic import Field

from services.chassis.values import Request
from services.contracts.marks import Code, Id
from services.events.activities.domain.parties import MAX_PARTY
from services.events.activities.domain.requests import Reason
from services.events.children.domain import Label


class WhenShort(StrEnum):
    """What a party wants that finds too few seats: to wait together, or to be asked."""

    WAIT = "wait"
    ASK = "ask"


class GroupOf(Request):
    """So many heads in one ticket group."""

    group: Code
    heads: int = Field(ge=1, le=MAX_PARTY)


class Register(Request):
    """A party. Without `person` it is the caller's."""

    person: Id | None = None
    label: Label | None = Field(default=None, description="By the desk: somebody without an account, as it calls them.")
    party: int = Field(default=1, ge=1, le=MAX_PARTY, description="Heads, the person among them.")
    groups: tuple[GroupOf, ...] = Field(default=(), max_length=12, description="How the heads divide into groups.")
    children: tuple[Id, ...] = Field(default=(), max_length=MAX_PARTY, description="Children of the party, as entered.")
    guardian: bool = Field(default=False, description="I am the children's guardian and consent.")
    ages_confirmed: bool = Field(default=False, description="Everybody is of the ages that the activity is for.")
    when_short: WhenShort = Field(default=WhenShort.WAIT, description="What if there are seats, but too few.")
    despite_overlap: bool = Field(default=False, description="I know that I have something else at that time.")
    guest_reason: Reason | None = Field(default=None, description="By the desk: why they come in above the capacity.")


class Remove(Request):
    """Why the desk takes a party out, for the person to read."""

    reason: Reason


class MoveUp(Request):
    """Another place on the waiting list, and why, for everybody to read."""

    position: int = Field(ge=1, le=1000)
    reason: Reason


class Answer(Request):
    """Whether they come."""

    comes: bool
