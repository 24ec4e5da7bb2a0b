"""Counts the deadline of a wish's answer anew, from the day of its proposal, when the calendar has changed."""

from datetime import datetime

from services.chassis.aggregate import Decision, decided, event_from
from services.contracts.issues import WishDueMoved, WishStatus
from services.issues.catalogue.domain.catalogue import Span
from services.issues.catalogue.domain.working_time import WorkingTime
from services.issues.wishes.domain.wishes import Wish


def count_due_anew(wish: Wish, time: WorkingTime, within: Span, now: datetime) -> Decision[Wish]:
    """Move the deadline of an open wish's answer to where `time` puts it. `within` is the span of a wish that has none
    of its own. A deadline that has passed stays, and so does one that would move into the past."""
    ahead = wish.status is WishStatus.OPEN and wish.due_at is not None and wish.due_at > now
    due_at = time.due(wish.proposed_at, wish.answered_within or within)
    if not ahead or due_at in (wish.due_at, now) or due_at < now:
        return decided(wish)
    changed = wish.model_copy(update={"due_at": due_at})
    return decided(changed, event_from(WishDueMoved, changed, previous_due_at=wish.due_at))
