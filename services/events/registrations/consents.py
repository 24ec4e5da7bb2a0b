"""Looks again, once seats are taken, whether the guardians' consents still stand.

A consent may be withdrawn after it was read and before the seats are written: the reaction to the withdrawal then finds
no seats to give up. One that is withdrawn after this look finds them.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import partial

from services.chassis.aggregate import Decision
from services.chassis.principal import SYSTEM
from services.chassis.store.aggregates import Aggregates, Cause
from services.contracts.marks import Id
from services.events.activities.domain.activity import Activity
from services.events.children.domain import Child
from services.events.children.store import named
from services.events.registrations import domain as rules

_LOOKING = Cause(SYSTEM, "registrations.consents")


async def require_still(
    activities: Aggregates[Activity], children: Aggregates[Child], activity: Id, seen: Sequence[Child]
) -> None:
    """Give up the seats in `activity` of those of `seen` whose consent stood when their seats were asked for, and does
    no more."""
    for child in seen:
        if child.consent is None:
            continue
        now = await named(children, [child.id], child.community)
        if not now or now[0].consent is None:
            await activities.change(activity, partial(_without, child.id), _LOOKING)


def _without(child: str, activity: Activity, now: datetime) -> Decision[Activity]:
    return rules.drop_child(activity, child, now)
