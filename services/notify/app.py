"""Puts the service of notify together from its rooms."""

from collections.abc import Sequence
from functools import partial

from services.chassis.loaded_holidays import loaded_holidays
from services.chassis.room import Room
from services.chassis.runtime import Runtime
from services.chassis.service import Service
from services.chassis.store.questions import Questions
from services.contracts.issues import CalendarYearState
from services.notify.announcements import room as announcements
from services.notify.announcements.store import ANNOUNCEMENT
from services.notify.board import room as board
from services.notify.board.page import Page
from services.notify.broadcasts import room as broadcasts
from services.notify.broadcasts.store import BROADCAST
from services.notify.bulletins import room as bulletins
from services.notify.bulletins.pages import TEMPLATES
from services.notify.bulletins.store import BULLETIN
from services.notify.channels import room as channels
from services.notify.channels.pacing import Pacing
from services.notify.channels.store import ENDPOINT
from services.notify.knowledge import room as knowledge
from services.notify.knowledge.store import Knowledge
from services.notify.knowledge.units import Units
from services.notify.knowledge.venues import Venues
from services.notify.notices import room as notices
from services.notify.notices.answer_links import AnswerLinks
from services.notify.notices.feed import Feed
from services.notify.notices.gathering import Gathering
from services.notify.notices.store import NOTICE
from services.notify.notices.telling import Telling
from services.notify.notices.wording import Wording
from services.notify.persons import room as persons
from services.notify.persons.code_text import CodeText
from services.notify.persons.links import Links
from services.notify.persons.people import People
from services.notify.persons.store import PERSON, Memberships
from services.notify.routing import room as routing
from services.notify.routing.editions import Editions
from services.notify.routing.store import ROUTING
from services.notify.routing.variables import variables_of
from services.notify.settings import NotifySettings
from services.notify.shared.values import Way
from services.notify.templates import room as templates
from services.notify.templates.saved import Saved
from services.notify.templates.store import TEMPLATE


def rooms(runtime: Runtime[NotifySettings]) -> Sequence[Room]:
    """The rooms of the service, on `runtime`."""
    settings, clock, database, names = runtime.settings, runtime.clock, runtime.database, runtime.settings.names
    of_persons, of_notices = runtime.aggregates(PERSON, of_people=True), runtime.aggregates(NOTICE)
    of_announcements, of_bulletins = runtime.aggregates(ANNOUNCEMENT), runtime.aggregates(BULLETIN)
    page = Page(names, settings.offices, TEMPLATES)
    of_routings, memberships = runtime.aggregates(ROUTING), Memberships(database)
    editions = Editions(of_routings, clock)
    of_templates = runtime.aggregates(TEMPLATE)
    saved = Saved(of_templates, clock)
    questions = Questions(database)
    known, venues, pause = Knowledge(database, questions), Venues(database, clock), settings.delivery_pause
    links = Links(of_persons.secret, settings.public_url)
    answer_links = AnswerLinks(of_notices.secret, settings.public_url)
    remembered = knowledge.room(known)
    routed = routing.room(of_routings, editions, known)
    of_endpoints = runtime.aggregates(ENDPOINT)
    gateways = channels.gateways(settings, of_endpoints, clock)
    people, units = People(of_persons, memberships), Units(database, clock)
    wording = Wording(names, editions, saved, venues, answer_links, units)
    reachable = frozenset({Way.INBOX, Way.CALL, *gateways})
    feed = Feed(of_notices, database, clock)
    telling = Telling(of_notices, of_persons, questions, wording, clock, reachable, feed)
    return [
        loaded_holidays(runtime.database, CalendarYearState),
        remembered,
        channels.room(settings, of_endpoints, editions.kinds),
        routed,
        persons.room(
            of_persons,
            memberships,
            runtime.erasing,
            gateways.get(Way.EMAIL),
            CodeText(names),
            clock,
            pause,
            links,
            editions.rules,
            known.stands_in,
        ),
        templates.room(of_templates, saved, partial(variables_of, editions)),
        notices.room(
            of_notices,
            of_persons,
            telling,
            Gathering(database, telling, known, editions, clock),
            feed,
            people,
            known,
            editions,
            gateways,
            Pacing(database),
            wording,
            clock,
            links,
            answer_links,
            runtime.metrics,
            names=names,
            callback_secret=settings.callback_secret,
            lead=settings.lead,
            pause=pause,
        ),
        broadcasts.room(runtime.aggregates(BROADCAST), of_notices, telling, people, known),
        announcements.room(of_announcements, clock),
        board.room(
            database,
            of_announcements,
            clock,
            names,
            page,
            venues,
            settings.public_url.rstrip("/"),
            settings.board_seconds,
        ),
        bulletins.room(of_bulletins, database, page, settings.public_url.rstrip("/")),
    ]


service = Service(
    name="notify",
    title="Sunshine Community: notify (notices, notice board)",
    settings=NotifySettings,
    kinds=(ENDPOINT, ROUTING, PERSON, TEMPLATE, NOTICE, BROADCAST, ANNOUNCEMENT, BULLETIN),
    rooms=rooms,
)
