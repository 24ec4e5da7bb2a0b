"""What a need keeps of people without a seat: who was invited in a ring, who stands by, and how the search goes on.

A ring is a group of people who are asked at the same time. An invitation holds neither a seat nor the time of the
person. The first person of the ring who says yes gets the seat, by the same way as somebody who signs up. The others
are thanked.
"""

from datetime import datetime
from enum import StrEnum

from pydantic import ConfigDict

from services.contracts.marks import Someone, Thing
from services.contracts.value import Value
from services.contracts.volunteers import Hop


class InvitationStatus(StrEnum):
    """The status of an invitation. `thanked`: the seats were filled by others. `released`: the need was moved, was
    cancelled or is over.
    """

    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    EXPIRED = "expired"
    THANKED = "thanked"
    RELEASED = "released"


class Invitation(Value):
    """The invitation of one person of a ring. `ring` counts the rings of the need from 1. The person was invited `at`,
    and may answer until `until`.
    """

    model_config = ConfigDict(frozen=True)

    person: Someone[str]
    ring: int
    at: datetime
    until: datetime
    status: InvitationStatus = InvitationStatus.OPEN


class Standby(Value):
    """A person who stands by since `since`: if a seat becomes free, the person is asked before others."""

    model_config = ConfigDict(frozen=True)

    person: Someone[str]
    since: datetime


class Refill(Value):
    """The present hop of the search for a volunteer: the way in which the service looks for one. The next hop follows
    at `until`.

    `ring` is the number of the latest ring. `claimed`: the process with this id is choosing the people of the next
    ring, and has asked none of them yet.
    """

    model_config = ConfigDict(frozen=True)

    hop: Hop
    ring: int
    since: datetime
    until: datetime
    claimed: Thing[str | None] = None
