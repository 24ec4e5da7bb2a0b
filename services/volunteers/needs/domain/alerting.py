"""A visit that nobody reports raises an alert, whether it had a volunteer or not: somebody waited for it."""

from datetime import datetime

from services.chassis.aggregate import Decision, decided, event_from
from services.contracts.volunteers import NeedUnreported
from services.volunteers.needs.domain.need import Need


def alert(need: Need, now: datetime) -> Decision[Need]:
    """Say once that nobody has told how the visit went."""
    if need.report_due is None or now < need.report_due:
        return decided(need)
    changed = need.model_copy(update={"alerted_at": now})
    return decided(changed, event_from(NeedUnreported, changed))
