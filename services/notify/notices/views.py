"""What recipients see of their notices, and staff of the notices of others."""

from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel, Field

from services.chassis.store.aggregates import Stored
from services.contracts.notices import NoticeStatus, Suppression
from services.notify.notices.domain.notice import Notice
from services.notify.notices.domain.planning import Why
from services.notify.notices.domain.stages import Stage
from services.notify.notices.wording import Wording
from services.notify.routing.domain.kinds import MessageClass
from services.notify.shared.values import Way


class NoticeView(BaseModel):
    """A notice as its recipient reads it."""

    id: str
    kind: str
    sort: MessageClass = Field(description="Its class: an emergency is shown as one.")
    about: str
    subject: str
    body: str
    on_behalf_of: str | None = None
    answer_at: str | None = Field(
        default=None, description="Where it is answered, where it asks whether somebody comes; for its recipient alone."
    )
    delivered_at: datetime | None
    read_at: datetime | None


class UnreadView(BaseModel):
    """How many notices are not read; exact."""

    unread: int


class ToldView(BaseModel):
    """One message to one person by one channel, or the reason why there was none."""

    id: str
    recipient: str
    behalf: str | None = Field(default=None, description="The person for whom the recipient stands in.")
    kind: str
    channel: Way
    about: str
    cause: str
    template: int
    edition: int
    status: NoticeStatus
    stage: Stage
    reason: Suppression | None
    why: Why | None
    bundle: str | None
    activities: list[str] = Field(description="The activities of which it speaks, where they are several.")
    queued_at: datetime
    not_before: datetime
    expires_at: datetime | None
    delivered_at: datetime | None
    read_at: datetime | None
    attempts: int


class Verdict(StrEnum):
    """The answer to why one person heard of one fact, or did not."""

    TOLD = "told"
    WAITING = "waiting"
    """A message waits for its hour, or for a gateway."""
    NOT_TOLD = "not-told"
    """There was a message and it did not reach them; each says why."""
    NOT_CONCERNED = "not-concerned"
    """Others were told, and this person is none of those whom it concerns."""
    NOBODY_TOLD = "nobody-told"
    """Nobody was told of it: there is no such fact here, it is yet to be taken, or no route tells anybody of it."""


class WhyView(BaseModel):
    """Why one person heard of one fact, or did not. `belongs`: whether facts, or they themselves, have shown that they
    belong to the community; who does not is reached by nothing that goes to everyone. `others` counts the people who
    were to be told, and `kinds` are the kinds of message that they were told. `in_their_place` are messages to those
    who stand in for the person."""

    person: str
    verdict: Verdict
    belongs: bool
    others: int
    kinds: list[str]
    messages: list[ToldView]
    in_their_place: list[ToldView] = []


def notice_view(stored: Stored[Notice], wording: Wording, language: str) -> NoticeView:
    """A notice with its words in `language`."""
    notice = stored.aggregate
    words = wording.words(notice, language)
    return NoticeView(
        id=notice.id,
        kind=notice.kind,
        sort=notice.weight.sort,
        about=notice.about,
        subject=words.subject,
        body=words.body,
        on_behalf_of=notice.behalf,
        answer_at=wording.answered_at(notice),
        delivered_at=notice.delivered_at,
        read_at=notice.read_at,
    )


def told(stored: Stored[Notice]) -> ToldView:
    """A notice as staff may see it. Its words are for the recipient alone."""
    notice = stored.aggregate
    fields = notice.model_dump(include=set(ToldView.model_fields) - {"stage", "activities"})
    activities = list(dict.fromkeys(part.about for part in notice.parts))
    return ToldView(**fields, stage=notice.stage, activities=activities)
