"""What notices do on events: who is told what follows from the table of routes; what is withheld is told to nobody."""

from datetime import timedelta

from services.chassis.store.aggregates import Aggregates
from services.chassis.subscriber.handlers import Handlers
from services.notify.knowledge.store import Knowledge
from services.notify.notices.audiences import Audiences
from services.notify.notices.domain.notice import Notice
from services.notify.notices.gathering import Gathering
from services.notify.notices.reactions import routes, titles, withheld
from services.notify.notices.telling import Telling
from services.notify.routing.editions import Editions


def reactions(
    table: Handlers,
    telling: Telling,
    gathering: Gathering,
    knowledge: Knowledge,
    audiences: Audiences,
    editions: Editions,
    notices: Aggregates[Notice],
    lead: timedelta,
) -> None:
    """Put the handlers of this room into the table. People are reminded of an activity `lead` before its start."""
    routes.reactions(table, routes.Following(telling, gathering, knowledge, audiences, editions, lead))
    titles.reactions(table, notices)
    withheld.reactions(table, knowledge, notices)
