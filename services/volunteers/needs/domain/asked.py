"""What a need keeps of those who are asked for a seat without having one: rings of people, and who stands by.

An invitation holds neither a seat nor anybody's time: of those who are asked together, whoever says yes first gets the
seat, as who signs up does, and the others are thanked.
"""

from datetime import datetime
from enum import StrEnum

from pydantic import ConfigDict

from services.contracts.marks import Someone, Thing
from services.contracts.value import Value
from services.contracts.volunteers import Hop


class InvitationStatus(StrEnum):
    """The status of an invitation. `thanked`: others were quicker. `released`: the need has changed or gone."""

    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    EXPIRED = "expired"
    THANKED = "thanked"
    RELEASED = "released"


class Invitation(Value):
    """One person of a ring who was asked."""

    model_config = ConfigDict(frozen=True)

    person: Someone[str]
    ring: int
    at: datetime
    until: datetime
    status: InvitationStatus = InvitationStatus.OPEN


class Standby(Value):
    """Somebody who wants to be asked before others should a seat come free."""

    model_config = ConfigDict(frozen=True)

    person: Someone[str]
    since: datetime


class Refill(Value):
    """Where somebody is looked for now. At `until` the next hop follows.

    `claimed`: one process, under this id, is finding the people of a ring; nobody is asked yet.
    """

    model_config = ConfigDict(frozen=True)

    hop: Hop
    ring: int
    since: datetime
    until: datetime
    claimed: Thing[str | None] = None
