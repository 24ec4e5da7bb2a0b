"""The room of notices."""

from collections.abc import Mapping
from datetime import timedelta
from functools import partial

from services.chassis.clock import Clock
from services.chassis.room import Room
from services.chassis.store.aggregates import Aggregates
from services.chassis.subscriber.erasure import Leaver
from services.chassis.telemetry import figures
from services.chassis.telemetry.metrics import Metrics
from services.notify.channels.domain.mailboxes import Mailbox
from services.notify.channels.gateways import Gateway
from services.notify.channels.pacing import Pacing
from services.notify.knowledge.names import Names
from services.notify.knowledge.store import Knowledge
from services.notify.notices.answer_links import AnswerLinks
from services.notify.notices.api import answering, callbacks, calls, inbox, letters, live, why
from services.notify.notices.audiences import Audiences
from services.notify.notices.delivery import Delivery
from services.notify.notices.domain.bundling import BUNDLES
from services.notify.notices.domain.notice import Notice, anonymise, not_on_behalf
from services.notify.notices.feed import Feed
from services.notify.notices.gathering import INDEXES as GATHERED
from services.notify.notices.gathering import Gathering
from services.notify.notices.reactions import reactions
from services.notify.notices.store import INDEXES, KINDS, Notices
from services.notify.notices.sweeps import LeftBehind, LookingAgain, lapsed_claims
from services.notify.notices.telling import Telling
from services.notify.notices.wording import Wording
from services.notify.persons.domain.person import Person
from services.notify.persons.links import Links
from services.notify.persons.people import People
from services.notify.routing.editions import Editions
from services.notify.shared.values import Way


def room(
    notices: Aggregates[Notice],
    persons: Aggregates[Person],
    telling: Telling,
    gathering: Gathering,
    feed: Feed,
    people: People,
    knowledge: Knowledge,
    editions: Editions,
    gateways: Mapping[Way, Gateway],
    pacing: Pacing,
    wording: Wording,
    clock: Clock,
    links: Links,
    answer_links: AnswerLinks,
    metrics: Metrics,
    *,
    names: Names,
    callback_secret: str | None,
    lead: timedelta,
    pause: timedelta,
) -> Room:
    """The room of notices.

    People are reminded of an activity `lead` before its start; senders rest for `pause` before they look again.
    With a `callback_secret` providers may tell what became of messages.
    """
    delivery = Delivery(notices, persons, gateways, wording, pacing, clock, pause, links)
    metrics.watch(figures.ACCOUNTS_AT_FAULT, delivery.accounts.figure)
    audiences, handing, bounces = Audiences(knowledge, people, editions), delivery.handing, delivery.bounces

    async def lost(notice: Notice, mailbox: Mailbox) -> None:
        await bounces.note(notice, mailbox)
        await (delivery.parts.came_back(notice) if notice.kind in BUNDLES else handing.fall_back(notice))

    return Room(
        "notices",
        kinds=KINDS,
        indexes={**INDEXES, **GATHERED},
        routers=[
            live.router(notices, persons, wording, feed, clock),
            inbox.router(notices, persons, wording),
            why.router(notices, people.belongs),
            letters.router(notices),
            answering.router(answering.Answering(notices, persons, knowledge, answer_links, clock), wording),
            calls.router(notices, calls.Lists(notices, persons, wording, knowledge), names, clock),
            *([] if callback_secret is None else [callbacks.router(notices, callback_secret, clock, lost)]),
        ],
        reactions=lambda table: reactions(table, telling, gathering, knowledge, audiences, editions, notices, lead),
        sweeps=[
            gathering,
            lapsed_claims(notices),
            LeftBehind(notices, delivery.parts),
            LookingAgain(notices, persons, delivery.reviewing, delivery.handing),
        ],
        tasks=[delivery.run, delivery.accounts.watch, feed.run],
        erase=partial(erase, notices, gathering, feed),
    )


async def erase(notices: Aggregates[Notice], gathering: Gathering, feed: Feed, leaver: Leaver) -> None:
    """Leave nothing of `leaver` in any notice. Done again, it finds the notices that came late."""
    await feed.forget(leaver.person)
    await gathering.forget(leaver.person, leaver.community)
    async for id in Notices(notices).of(leaver.person, leaver.community):
        await notices.change(id, lambda notice, _: anonymise(notice), leaver.cause)
    async for id in Notices(notices).on_behalf_of(leaver.person, leaver.community):
        await notices.change(id, lambda notice, _: not_on_behalf(notice), leaver.cause)
