"""Parties of people without an account: no message reaches them, so the desk is told to ask them whether they come."""

from datetime import datetime

from services.chassis.aggregate import Decision, decided
from services.contracts.activities import ActivityDeskAsks
from services.events.activities.domain.activity import Activity
from services.events.activities.domain.parties import Party


def tell_desk(activity: Activity, now: datetime) -> Decision[Activity]:
    """Tell the organiser, and who entered them, how many parties are to be asked and until when: at once, again before
    the first answer is due, and that none are left. What nobody answers lapses as with everybody else."""
    due = activity.desk_due
    if due is None or now < due:
        return decided(activity)
    asked = [(party, until) for party in activity.to_ask if (until := party.answer_until) is not None and until > now]
    if not asked and not activity.desk_asks:
        return decided(activity)

    def told(party: Party) -> Party:
        return party if party.has_account else party.told_to_desk(now)

    known = activity.model_copy(
        update={
            "seated": tuple(map(told, activity.seated)),
            "waiting": tuple(map(told, activity.waiting)),
            "desk_asks": len(asked),
            "changed_at": now,
        }
    )
    desk = dict.fromkeys([activity.organiser, *(party.by for party, _ in asked)]) if asked else {}
    until = min((until for _, until in asked), default=None)
    return decided(known, ActivityDeskAsks(desk=list(desk), parties=len(asked), until=until))
