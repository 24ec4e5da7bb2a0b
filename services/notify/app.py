"""Puts the notify service together."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import partial

from services.chassis.clock import Clock
from services.chassis.room import Room
from services.chassis.runtime import Runtime
from services.chassis.service import Service
from services.chassis.store.aggregates import Aggregates
from services.chassis.sweeper import Sweep
from services.contracts.notices import NoticeChannel
from services.notify.board import api as board
from services.notify.board.gallery import Gallery
from services.notify.board.page import Page
from services.notify.channels import Gateway
from services.notify.channels.email import EmailGateway
from services.notify.notices import api
from services.notify.notices.delivery import Delivery
from services.notify.notices.domain.notice import lapse
from services.notify.notices.erasure import erase
from services.notify.notices.reactions import Desk, reactions
from services.notify.notices.store import INDEXES, NOTICE, PERSON, Facts, lapsed
from services.notify.notices.telling import Telling
from services.notify.notices.wording import Wording
from services.notify.persons.belonging import Memberships
from services.notify.persons.codes import Codes
from services.notify.persons.domain.person import Person
from services.notify.settings import NotifySettings


def rooms(runtime: Runtime[NotifySettings]) -> Sequence[Room]:
    """The rooms of the service, on `runtime`."""
    settings = runtime.settings
    notices, persons = runtime.aggregates(NOTICE), runtime.aggregates(PERSON, of_people=True)
    facts = Facts(runtime.database)
    names, wording = settings.names, Wording(settings.names)
    gateways = _gateways(settings, runtime.clock)
    telling = Telling(notices, persons, runtime.clock, frozenset({NoticeChannel.INBOX, *gateways}))
    every = timedelta(seconds=settings.delivery_seconds)
    delivery = Delivery(notices, persons, gateways, wording, runtime.clock, every)
    gallery = Gallery(runtime.database, runtime.clock, settings.board_seconds)
    desk = Desk(telling, facts, notices, persons, settings.lead, runtime.erasing)
    return [
        Room(
            "notify",
            kinds=(PERSON, NOTICE),
            routers=[
                *api.routers(notices, persons, Memberships(runtime.database), wording),
                board.router(gallery, Page(names), names, settings.public_url.rstrip("/"), settings.board_seconds),
            ],
            reactions=lambda table: reactions(table, desk),
            sweeps=[Sweep("lapsed-claim", notices, lapsed, lapse, every=timedelta(seconds=30))],
            indexes=INDEXES,
            erase=partial(erase, facts, notices),
            tasks=[delivery.run, *(codes.run for codes in _codes(persons, gateways, wording, runtime.clock, every))],
        ),
    ]


def _gateways(settings: NotifySettings, clock: Clock) -> dict[NoticeChannel, Gateway]:
    mail = settings.mail
    return {} if mail is None else {NoticeChannel.EMAIL: EmailGateway(mail, clock)}


def _codes(
    persons: Aggregates[Person],
    gateways: Mapping[NoticeChannel, Gateway],
    wording: Wording,
    clock: Clock,
    every: timedelta,
) -> list[Codes]:
    """What sends codes: only mail can carry them."""
    mail = gateways.get(NoticeChannel.EMAIL)
    return [] if mail is None else [Codes(persons, mail, wording, clock, every)]


service = Service(
    name="notify",
    title="Sunshine Community: notify (notices, notice board)",
    settings=NotifySettings,
    kinds=(PERSON, NOTICE),
    rooms=rooms,
)
