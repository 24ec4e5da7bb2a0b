"""The sweeps of needs: offers expire, needs that ended with an empty seat lapse, volunteers are reminded of their
service, and visits that nobody has reported raise an alert.
"""

from services.chassis.store.aggregates import Aggregates
from services.chassis.sweeper import Sweep
from services.volunteers.needs.domain.alerting import alert
from services.volunteers.needs.domain.attending import remind
from services.volunteers.needs.domain.need import Need
from services.volunteers.needs.domain.planning import lapse
from services.volunteers.needs.domain.seating import expire
from services.volunteers.needs.store import to_alert, to_expire, to_lapse, to_remind


def sweeps(needs: Aggregates[Need]) -> list[Sweep[Need]]:
    """The sweeps of needs."""
    return [
        Sweep("offer-expiry", needs, to_expire, expire),
        Sweep("need-lapse", needs, to_lapse, lapse),
        Sweep("service-reminders", needs, to_remind, remind),
        Sweep("unreported-visits", needs, to_alert, alert),
    ]
