"""The dates by which answers are owed are counted anew when the calendar changes, from the day of each proposal."""

from datetime import datetime

from services.chassis.aggregate import Decision, decided, event_from
from services.contracts.issues import WishDueMoved, WishStatus
from services.issues.catalogue.domain.catalogue import Span
from services.issues.catalogue.domain.working_time import WorkingTime
from services.issues.wishes.domain.wishes import Wish


def count_due_anew(wish: Wish, time: WorkingTime, within: Span, now: datetime) -> Decision[Wish]:
    """The answer to an open wish is owed by another time where the calendar says so; `within` is how long it may take
    where the wish does not say. A time that has passed is a fact and stays; so does one that would have passed."""
    ahead = wish.status is WishStatus.OPEN and wish.due_at is not None and wish.due_at > now
    due_at = time.due(wish.proposed_at, wish.answered_within or within)
    if not ahead or due_at in (wish.due_at, now) or due_at < now:
        return decided(wish)
    changed = wish.model_copy(update={"due_at": due_at})
    return decided(changed, event_from(WishDueMoved, changed, previous_due_at=wish.due_at))
