"""The room of notices."""

from collections.abc import Mapping
from datetime import timedelta
from functools import partial

from services.chassis.clock import Clock
from services.chassis.room import Room
from services.chassis.store.aggregates import Aggregates
from services.chassis.subscriber.erasure import Leaver
from services.contracts.notices import NoticeChannel
from services.notify.channels.gateways import Gateway
from services.notify.knowledge.store import Knowledge
from services.notify.notices.api import inbox, why
from services.notify.notices.delivery import Delivery
from services.notify.notices.domain.notice import Notice, anonymise
from services.notify.notices.reactions import reactions
from services.notify.notices.store import INDEXES, KINDS, Notices
from services.notify.notices.sweeps import lapsed_claims
from services.notify.notices.telling import Telling
from services.notify.notices.wording import Wording
from services.notify.persons.domain.person import Person


def room(
    notices: Aggregates[Notice],
    persons: Aggregates[Person],
    knowledge: Knowledge,
    gateways: Mapping[NoticeChannel, Gateway],
    wording: Wording,
    clock: Clock,
    *,
    lead: timedelta,
    pause: timedelta,
) -> Room:
    """The room of notices.

    People are reminded of an activity `lead` before its start; senders rest for `pause` before they look again.
    """
    telling = Telling(notices, persons, clock, frozenset({NoticeChannel.INBOX, *gateways}))
    delivery = Delivery(notices, persons, gateways, wording, clock, pause)
    return Room(
        "notices",
        kinds=KINDS,
        indexes=INDEXES,
        routers=[inbox.router(notices, wording), why.router(notices)],
        reactions=lambda table: reactions(table, telling, knowledge, notices, lead),
        sweeps=[lapsed_claims(notices)],
        tasks=[delivery.run],
        erase=partial(erase, notices),
    )


async def erase(notices: Aggregates[Notice], leaver: Leaver) -> None:
    """Leave nothing of `leaver` in any notice. Done again, it finds the notices that came late."""
    async for id in Notices(notices).of(leaver.person, leaver.community):
        await notices.change(id, lambda notice, _: anonymise(notice), leaver.cause)
