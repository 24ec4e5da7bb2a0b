"""The questions that a notice asks, and the answers that are given by its link.

A notice asks whether somebody comes: seats are kept for them, the activity is on another day, or it is near. It asks
so of one activity, or in a message about several of each. What is answered is published as a fact of the notice; what
that changes is for events to say, which knows whether the question is open.
"""

from collections.abc import Collection
from datetime import datetime
from enum import StrEnum

from pydantic import ConfigDict

from services.chassis.aggregate import Decision, decided
from services.contracts.notices import ERASED, NoticeAnswered
from services.contracts.value import Value
from services.notify.knowledge.domain import SeatKnown
from services.notify.notices.domain.notice import Answered, Draft, Notice
from services.notify.notices.domain.particulars import Particulars
from services.notify.routing.domain.kinds import MOVED, OFFERED, REMINDED
from services.notify.shared.values import TO_END_POINTS


class Question(Value):
    """Whether somebody comes to `activity`, as of its fact `version`. It can be answered until `until`; `answer_by` is
    the time that was named to them, which reminders do not name."""

    model_config = ConfigDict(frozen=True)

    kind: str
    activity: str
    version: int
    starts_at: datetime
    until: datetime
    answer_by: datetime | None
    particulars: Particulars


class Standing(StrEnum):
    """How a question stands, as far as notify knows."""

    OPEN = "open"
    COMING = "coming"
    NOT_COMING = "not-coming"
    LAPSED = "lapsed"
    """Its time is over."""
    REPLACED = "replaced"
    """Something else holds since: another time, or another offer."""
    SEATED = "seated"
    """They have the seat."""
    LEFT = "left"
    """They are not registered any more."""
    OFF = "off"
    """The activity does not take place."""


def questions(notice: Notice) -> tuple[Question, ...]:
    """What `notice` asks of its recipient, or of who they stand in for."""
    if notice.channel in TO_END_POINTS or notice.recipient == ERASED:
        return ()
    return asked_by(notice)


def asked_by(message: Notice | Draft) -> tuple[Question, ...]:
    """What a message asks of whoever is concerned."""
    if message.parts:
        asked = [_question(part.kind, part.about, part.version, part.particulars) for part in message.parts]
    else:
        asked = [_question(message.kind, message.about, message.version, message.particulars)]
    return tuple(each for each in asked if each is not None)


def concerned(notice: Notice) -> str:
    """The person whose seat `notice` speaks of."""
    return notice.behalf or notice.recipient


def standing(
    question: Question,
    answered: Answered | None,
    seat: SeatKnown | None,
    now: datetime,
    *,
    starts_at: datetime | None,
    off: bool,
) -> Standing:
    """How `question` stands.

    Args:
        answered: what was answered to it by its link.
        seat: what is known of the seat; None where nothing is.
        starts_at: the start of the activity as it is known now.
        off: the activity was cancelled.
    """
    if off:
        return Standing.OFF
    if starts_at is not None and starts_at != question.starts_at:
        return Standing.REPLACED
    if seat is not None and seat.version > question.version:
        since = _since(question, answered, seat, late=now >= question.until)
        if since is not None:
            return since
    if answered is not None:
        return Standing.COMING if answered.comes else Standing.NOT_COMING
    if question.particulars.coming and now < question.until:
        return Standing.COMING
    return Standing.OPEN if now < question.until else Standing.LAPSED


def _since(question: Question, answered: Answered | None, seat: SeatKnown, *, late: bool) -> Standing | None:
    """How `question` stands after a fact about the seat that came after it; None where that leaves it as it was: also
    where the seat was given up because nobody answered in time (`late`)."""
    if seat.seated is None:
        if answered is None and late and question.kind != REMINDED:
            return None
        return Standing.NOT_COMING if answered is not None and not answered.comes else Standing.LEFT
    if not seat.seated:
        return Standing.REPLACED
    if question.kind == REMINDED:
        return None
    return Standing.COMING if answered is not None and answered.comes else Standing.SEATED


def may_change(question: Question, stands: Standing, now: datetime) -> bool:
    """Whether who said yes may still say no: to a reminder, so that the seat is free early."""
    return question.kind == REMINDED and stands is Standing.COMING and now < question.until


def answer(notice: Notice, activities: Collection[str], now: datetime, *, comes: bool) -> Decision[Notice]:
    """Put on record what was answered about `activities` by the link of `notice`. What was answered before, or comes
    too late, changes nothing, but that a yes to a reminder may turn into a no."""
    facts, answers = [], {each.activity: each for each in notice.answers}
    for question in questions(notice):
        before = answers.get(question.activity)
        settled = before is not None and (comes or not before.comes or question.kind != REMINDED)
        if question.activity not in activities or settled or now >= question.until:
            continue
        answers[question.activity] = Answered(activity=question.activity, comes=comes, at=now)
        facts.append(_fact(notice, question, now, comes=comes))
    return decided(notice.becoming(answers=tuple(answers.values())) if facts else notice, *facts)


def _fact(notice: Notice, question: Question, now: datetime, *, comes: bool) -> NoticeAnswered:
    return NoticeAnswered(
        person=concerned(notice),
        activity=question.activity,
        question=question.kind,
        comes=comes,
        starts_at=question.starts_at,
        answer_by=question.answer_by,
        registered_at=question.particulars.registered_at,
        answered_at=now,
    )


def answer_about(notice: Notice, activity: str) -> Answered | None:
    """What was answered about `activity` by the link of `notice`."""
    return next((each for each in notice.answers if each.activity == activity), None)


def _question(kind: str, about: str, version: int, told: Particulars) -> Question | None:
    by = {OFFERED: told.answer_by, REMINDED: told.starts_at}.get(kind, told.asks_until if kind in MOVED else None)
    as_other = told.volunteering or told.waitlisted
    if by is None or told.starts_at is None or as_other or not about.startswith("activity-"):
        return None
    return Question(
        kind=kind,
        activity=about,
        version=version,
        starts_at=told.starts_at,
        until=min(by, told.starts_at),
        answer_by=None if kind == REMINDED else by,
        particulars=told,
    )
