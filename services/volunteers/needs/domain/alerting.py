"""A visit for which nobody reports hours raises an alert, with or without a volunteer: an elder waited for it."""

from datetime import datetime

from services.chassis.aggregate import Decision, decided, event_from
from services.contracts.volunteers import NeedUnreported
from services.volunteers.needs.domain.need import Need


def alert(need: Need, now: datetime) -> Decision[Need]:
    """Raise the alert once the time to report the visit is over (`report_due`). A need is alerted at most once."""
    if need.report_due is None or now < need.report_due:
        return decided(need)
    changed = need.model_copy(update={"alerted_at": now})
    return decided(changed, event_from(NeedUnreported, changed))
