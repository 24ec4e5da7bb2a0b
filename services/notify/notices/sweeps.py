"""What notices do on due times: a claim whose sender died is given up."""

from datetime import timedelta

from services.chassis.store.aggregates import Aggregates
from services.chassis.sweeper import Sweep
from services.notify.notices.domain.notice import Notice, lapse
from services.notify.notices.store import lapsed


def lapsed_claims(notices: Aggregates[Notice]) -> Sweep[Notice]:
    """Gives up claims that no sender will ever finish."""
    return Sweep("lapsed-claim", notices, lapsed, lapse, every=timedelta(seconds=30))
