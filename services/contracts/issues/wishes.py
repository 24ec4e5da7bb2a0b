"""What residents would like to have, and what the committee answers."""

from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel

from services.contracts.event import Event, State
from services.contracts.marks import Id, Internal, Masked, Public
from services.contracts.topics import ISSUES


class WishStatus(StrEnum):
    """What became of a wish."""

    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"


class _Wish(BaseModel):
    title: Public[Masked]
    proposer: Public[Id | None] = None
    status: Public[WishStatus]
    supporters: Public[int] = 0
    proposed_at: Public[datetime]
    due_at: Public[datetime | None] = None
    answer: Public[Masked | None] = None
    answered_at: Public[datetime | None] = None


class WishState(_Wish, State, type="cn.community.issues.wish.state.v1", topic=ISSUES):
    """Something residents would like to have (居民心愿). `due_at`: when the committee owes an answer."""


class WishProposed(_Wish, Event, type="cn.community.issues.wish.proposed.v1", topic=ISSUES, state=WishState):
    """A resident proposed it. Carries the whole state."""


class WishSupported(Event, type="cn.community.issues.wish.supported.v1", topic=ISSUES, state=WishState):
    """One more person supports it; who it is stays in the service."""

    supporters: Public[int]
    person: Internal[Id]


class WishAnswered(Event, type="cn.community.issues.wish.answered.v1", topic=ISSUES, state=WishState):
    """The committee took it into a plan or declined it, with its reasons in `answer`."""

    status: Public[WishStatus]
    answer: Public[Masked]
    answered_at: Public[datetime]
    proposer: Public[Id | None]
    by: Internal[Id]


class WishAnonymised(Event, type="cn.community.issues.wish.anonymised.v1", topic=ISSUES, state=WishState):
    """A person was erased from it, as its proposer or among its supporters; the number of supporters stays."""

    proposer: Public[Id | None]
