"""The requests about registrations."""

from enum import StrEnum

from pydantic import Field

from services.chassis.values import Request
from services.contracts.marks import Code, Id
from services.events.activities.domain.parties import MAX_PARTY
from services.events.activities.domain.requests import Reason
from services.events.children.domain import Label


class WhenShort(StrEnum):
    """What happens if there are too few seats for a party: it waits together, or is asked."""

    WAIT = "wait"
    ASK = "ask"


class GroupOf(Request):
    """The number of heads in one ticket group."""

    group: Code
    heads: int = Field(ge=1, le=MAX_PARTY)


class Register(Request):
    """A party to be registered, for `person` or, without one, for the caller.

    `party` counts the heads that come, each of which takes a seat. Children of the person are named in `children`, each
    of them one of the heads, with a consent that stands. If there are more heads than children, the person is one of
    them; if all heads are children, they come without a seat for the person, who brings and fetches them. An activity
    with `guardian_required` is for parties that name a child. The same holds where a party is changed, for enrolments
    in a series, and where the desk registers somebody.
    """

    person: Id | None = None
    label: Label | None = Field(default=None, description="By the desk: somebody without an account, as it calls them.")
    called: Label | None = Field(
        default=None, description="How the door list calls the party: 王奶奶一家. Nobody but the desk reads it."
    )
    party: int = Field(
        default=1,
        ge=1,
        le=MAX_PARTY,
        description="Heads that come. The person is one of them, unless all are `children`.",
    )
    groups: tuple[GroupOf, ...] = Field(default=(), max_length=12, description="How the heads divide into groups.")
    children: tuple[Id, ...] = Field(default=(), max_length=MAX_PARTY, description="Children of the party, as entered.")
    guardian: bool = Field(
        default=False, description="I am the children's guardian. It needs `children`, and follows from them."
    )
    ages_confirmed: bool = Field(default=False, description="Everybody is of the ages that the activity is for.")
    when_short: WhenShort = Field(default=WhenShort.WAIT, description="What if there are seats, but too few.")
    despite_overlap: bool = Field(default=False, description="I know that I have something else at that time.")
    guest_reason: Reason | None = Field(default=None, description="By the desk: why they come in above the capacity.")


class ChangeParty(Request):
    """What a party is from now on, by the rules of registering. `groups` and `children` that are left out stay."""

    party: int = Field(ge=1, le=MAX_PARTY, description="Heads that come, as in registering.")
    groups: tuple[GroupOf, ...] | None = Field(default=None, max_length=12)
    children: tuple[Id, ...] | None = Field(default=None, max_length=MAX_PARTY)
    ages_confirmed: bool = Field(default=False, description="Who is added is of the ages that the activity is for.")


class Remove(Request):
    """The reason why the desk removes a party, which the person can read."""

    reason: Reason


class MoveUp(Request):
    """The new place of a party on the waiting list, with a reason that everybody can read."""

    position: int = Field(ge=1, le=1000)
    reason: Reason


class Answer(Request):
    """The answer whether a party comes."""

    comes: bool
