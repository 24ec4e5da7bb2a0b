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
    """A resident proposed a wish. Carries the whole state."""


class WishSupported(Event, type="cn.community.issues.wish.supported.v1", topic=ISSUES, state=WishState):
    """More people support a wish than before."""

    supporters: Public[int]
    person: Internal[PersonId | None] = None


class WishUnsupported(Event, type="cn.community.issues.wish.unsupported.v1", topic=ISSUES, state=WishState):
    """Fewer people support a wish than before: somebody withdrew their support."""

    supporters: Public[int]


class WishOverdue(Event, type="cn.community.issues.wish.overdue.v1", topic=ISSUES, state=WishState):
    """The committee owes the answer to a wish since `due_at`. Told once."""

    overdue: Public[bool]
    due_at: Public[datetime | None]


class WishDueMoved(Event, type="cn.community.issues.wish.due-moved.v1", topic=ISSUES, state=WishState):
    """The calendar changed, and the answer to a wish is not due at `previous_due_at` any more."""

    due_at: Public[datetime | None]
    previous_due_at: Public[datetime | None]
    proposer: Public[PersonId | None]


class WishAnswered(Event, type="cn.community.issues.wish.answered.v1", topic=ISSUES, state=WishState):
    """The committee took a wish into a plan or declined it, with its reasons in `answer`."""

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
    """The committee reports how far the plan for a wish is."""

    planned_for: Public[datetime | None]


class WishFulfilled(_Progress, Event, type="cn.community.issues.wish.fulfilled.v1", topic=ISSUES, state=WishState):
    """The plan for a wish was carried out."""


class WishDropped(_Progress, Event, type="cn.community.issues.wish.dropped.v1", topic=ISSUES, state=WishState):
    """The plan for a wish is given up after all; `progress_text` tells why."""


class WishRetitled(Event, type="cn.community.issues.wish.retitled.v1", topic=ISSUES, state=WishState):
    """The staff corrected the title of a wish."""

    title: Public[Words[Masked]]
    by: Internal[OfficerId]


class WishHidden(Event, type="cn.community.issues.wish.hidden.v1", topic=ISSUES, state=WishState):
    """The staff hid a wish, and its state with it, for a reason that its proposer reads."""

    reason: Internal[Office[str]]
    by: Internal[OfficerId]


class WishShown(_Wish, Event, type="cn.community.issues.wish.shown.v1", topic=ISSUES, state=WishState):
    """A hidden wish is shown again. Carries the whole state."""

    by: Internal[OfficerId]


class WishAnonymised(Event, type="cn.community.issues.wish.anonymised.v1", topic=ISSUES, state=WishState):
    """A person was erased from it, as its proposer or among its supporters; the number of supporters stays.

    `title` is there where the proposer was erased: it was theirs, and what stands instead says so.
    """

    proposer: Public[PersonId | None]
    title: Public[Office[Masked | None]] = None
