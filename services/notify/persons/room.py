"""The room of persons. Channels stand before it, since a code that confirms an address is sent by mail."""

from datetime import timedelta
from functools import partial

from services.chassis.clock import Clock
from services.chassis.room import Room
from services.chassis.store.aggregates import Aggregates
from services.chassis.subscriber.erasure import Erasing, Leaver, erase_in
from services.notify.channels.gateways import Gateway
from services.notify.persons import unsubscribing
from services.notify.persons.api import KindsOf, StandsIn, router
from services.notify.persons.code_text import CodeText
from services.notify.persons.codes import Codes
from services.notify.persons.domain.person import Person
from services.notify.persons.domain.standing_in import forget_proxy
from services.notify.persons.links import Links
from services.notify.persons.reactions import reactions
from services.notify.persons.store import INDEXES, KINDS, Memberships, standing_in_for


def room(
    persons: Aggregates[Person],
    memberships: Memberships,
    erasing: Erasing,
    mail: Gateway | None,
    text: CodeText,
    clock: Clock,
    pause: timedelta,
    links: Links,
    kinds: KindsOf,
    stands_in: StandsIn,
) -> Room:
    """The room of persons, who can do without some of `kinds` and live where a building `stands_in`.

    Without `mail` no codes are sent; senders rest for `pause` before they look again.
    """
    codes = [] if mail is None else [Codes(persons, mail, text, clock, pause)]
    return Room(
        "persons",
        kinds=KINDS,
        indexes=INDEXES,
        routers=[router(persons, memberships, kinds, stands_in), unsubscribing.router(persons, links, kinds)],
        reactions=lambda table: reactions(table, persons, erasing),
        tasks=[each.run for each in codes],
        erase=partial(erase, persons, memberships),
    )


async def erase(persons: Aggregates[Person], memberships: Memberships, leaver: Leaver) -> None:
    """Leave nothing of `leaver`. The person themselves, above all their addresses, are gone since they asked.

    Who had named them as a proxy has them no longer, once everything of them is erased.
    """
    await memberships.forget(leaver.person, leaver.community)
    if leaver.community is not None:
        return
    async for document in persons.collection.find(standing_in_for(leaver.person), {"_id": 1}):
        await erase_in(persons, document["_id"], lambda known, _: forget_proxy(known, leaver.person), leaver.cause)
