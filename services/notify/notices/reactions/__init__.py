"""What notices do on events: who is told what."""

from datetime import timedelta

from services.chassis.store.aggregates import Aggregates
from services.chassis.subscriber.handlers import Handlers
from services.notify.knowledge.store import Knowledge
from services.notify.notices.domain.notice import Notice
from services.notify.notices.reactions import activities, cases, needs, wishes, withheld
from services.notify.notices.telling import Telling


def reactions(
    table: Handlers, telling: Telling, knowledge: Knowledge, notices: Aggregates[Notice], lead: timedelta
) -> None:
    """Put the handlers of this room into the table. People are reminded of an activity `lead` before its start."""
    cases.reactions(table, telling, knowledge)
    wishes.reactions(table, telling, knowledge, notices)
    withheld.reactions(table, knowledge, notices)
    activities.reactions(table, telling, knowledge, lead)
    needs.reactions(table, telling, knowledge)
