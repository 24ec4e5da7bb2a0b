"""What residents would like to have, and what the committee answers."""

from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel, Field

from services.contracts.event import Event, State
from services.contracts.marks import Code, Internal, Masked, Office, OfficerId, PersonId, Public, Words
from services.contracts.topics import ISSUES


class WishStatus(StrEnum):
    """What was answered to a wish."""

    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"


class _Wish(BaseModel):
    title: Public[Words[Masked]]
    proposer: Public[PersonId | None] = None
    status: Public[WishStatus]
    supporters: Public[int] = 0
    proposed_at: Public[datetime]
    due_at: Public[datetime | None] = None
    answer: Public[Office[Masked | None]] = None
    answered_at: Public[datetime | None] = None
    overdue: Public[bool] = False
    plan: Public[Office[Masked | None]] = None
    planned_for: Public[datetime | None] = None
    stage: Public[Code | None] = None
    progress: Public[int | None] = Field(default=None, ge=0, le=100)
    progress_text: Public[Office[Masked | None]] = None
    progressed_at: Public[datetime | None] = None


class WishState(_Wish, State, type="cn.community.issues.wish.state.v1", topic=ISSUES):
    """Something residents would like to have (居民心愿). `due_at`: when the committee owes an answer.

    `overdue`: it was not given in time. What was accepted has a `stage`: planned, under-way, done or dropped; a `plan`
    that is to be carried out by `planned_for`; and the last report on it: `progress` in percent, `progress_text`.
    """


class WishProposed(_Wish, Event, type="cn.community.issues.wish.proposed.v1", topic=ISSUES, state=WishState):
    """A resident proposed it. Carries the whole state."""


class WishSupported(Event, type="cn.community.issues.wish.supported.v1", topic=ISSUES, state=WishState):
    """More people support it than before."""

    supporters: Public[int]
    person: Internal[PersonId | None] = None


class WishUnsupported(Event, type="cn.community.issues.wish.unsupported.v1", topic=ISSUES, state=WishState):
    """Fewer people support it than before: somebody withdrew."""

    supporters: Public[int]


class WishOverdue(Event, type="cn.community.issues.wish.overdue.v1", topic=ISSUES, state=WishState):
    """The committee owes the answer since `due_at`. Said once."""

    overdue: Public[bool]
    due_at: Public[datetime | None]


class WishDueMoved(Event, type="cn.community.issues.wish.due-moved.v1", topic=ISSUES, state=WishState):
    """The calendar changed, and the answer is owed by another time. `previous_due_at`: by when it was owed before."""

    due_at: Public[datetime | None]
    previous_due_at: Public[datetime | None]
    proposer: Public[PersonId | None]


class WishAnswered(Event, type="cn.community.issues.wish.answered.v1", topic=ISSUES, state=WishState):
    """The committee took it into a plan or declined it, with its reasons in `answer`."""

    status: Public[WishStatus]
    answer: Public[Office[Masked]]
    answered_at: Public[datetime]
    proposer: Public[PersonId | None]
    plan: Public[Office[Masked | None]] = None
    planned_for: Public[datetime | None] = None
    stage: Public[Code | None] = None
    by: Internal[OfficerId]


class _Progress(BaseModel):
    stage: Public[Code | None]
    progress: Public[int | None] = Field(ge=0, le=100)
    progress_text: Public[Office[Masked | None]]
    progressed_at: Public[datetime | None]
    proposer: Public[PersonId | None]
    by: Internal[OfficerId]


class WishProgressed(_Progress, Event, type="cn.community.issues.wish.progressed.v1", topic=ISSUES, state=WishState):
    """The committee reports how far the plan is."""

    planned_for: Public[datetime | None]


class WishFulfilled(_Progress, Event, type="cn.community.issues.wish.fulfilled.v1", topic=ISSUES, state=WishState):
    """What was wished for is there."""


class WishDropped(_Progress, Event, type="cn.community.issues.wish.dropped.v1", topic=ISSUES, state=WishState):
    """The plan is given up after all; `progress_text` says why."""


class WishRetitled(Event, type="cn.community.issues.wish.retitled.v1", topic=ISSUES, state=WishState):
    """The staff put the title right."""

    title: Public[Words[Masked]]
    by: Internal[OfficerId]


class WishHidden(Event, type="cn.community.issues.wish.hidden.v1", topic=ISSUES, state=WishState):
    """The staff took it out of sight, and its state with it, for a reason that its proposer reads."""

    reason: Internal[Office[str]]
    by: Internal[OfficerId]


class WishShown(_Wish, Event, type="cn.community.issues.wish.shown.v1", topic=ISSUES, state=WishState):
    """It is in sight again. Carries the whole state."""

    by: Internal[OfficerId]


class WishAnonymised(Event, type="cn.community.issues.wish.anonymised.v1", topic=ISSUES, state=WishState):
    """A person was erased from it, as its proposer or among its supporters; the number of supporters stays.

    `title` is there where the proposer was erased: it was theirs, and what stands instead says so.
    """

    proposer: Public[PersonId | None]
    title: Public[Office[Masked | None]] = None
