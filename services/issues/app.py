"""Puts the issues service together from its rooms."""

from collections.abc import Collection, Sequence
from functools import partial

from services.chassis.erasure_answers import erasure_answers
from services.chassis.room import Room
from services.chassis.runtime import Runtime
from services.chassis.service import Service
from services.chassis.store.aggregates import Aggregates, Kind
from services.chassis.subscriber.erasure import Erasure, erasures_on
from services.contracts.issues import PersonDataErased
from services.contracts.notices import PersonErasureRequested
from services.contracts.topics import ISSUES
from services.issues.cases import room as cases_room
from services.issues.cases.api.changes import Changes
from services.issues.cases.api.filing import Filing
from services.issues.cases.domain.case import Case
from services.issues.cases.domain.clock import CommunityClocks
from services.issues.cases.domain.escalation import levels_of
from services.issues.cases.erasure import Drawn
from services.issues.cases.evidence import Evidence
from services.issues.cases.joining import CaseJoining
from services.issues.cases.numbers import Numbers
from services.issues.cases.presenting import CasePresenter
from services.issues.cases.store import CASES, withheld_cases
from services.issues.cases.supporter_counts import CaseCounts
from services.issues.cases.uploads_shown import UploadsShown
from services.issues.catalogue import room as catalogue_room
from services.issues.catalogue.calendars import Calendars
from services.issues.catalogue.store import CALENDARS, CATALOGUES, Catalogues
from services.issues.duplicates import room as duplicates_room
from services.issues.duplicates.api import Comparing
from services.issues.exhibits import room as exhibits_room
from services.issues.exhibits.store import EXHIBITS
from services.issues.open311 import room as open311_room
from services.issues.passers_by import room as passers_by_room
from services.issues.places import room as places_room
from services.issues.places.links import Links
from services.issues.places.store import PLACES
from services.issues.privacy import room as privacy_room
from services.issues.privacy.vault import opened_vault
from services.issues.reading import room as reading_room
from services.issues.reading.api.answering import Answering
from services.issues.reading.round_status import RoundReader
from services.issues.reading.row import ROWS
from services.issues.reading.store import kept_rows
from services.issues.reading.titles import Titles
from services.issues.rounds import room as rounds_room
from services.issues.rounds.store import KINDS as KINDS_OF_ROUNDS
from services.issues.rounds.store import ROUND_PLANS, ROUNDS, VISITS
from services.issues.rounds.walks import Walks
from services.issues.routing import room as routing_room
from services.issues.routing.forgetting import forget
from services.issues.routing.store import KINDS as KINDS_OF_ROUTING
from services.issues.routing.store import RoutingKept
from services.issues.routing.suggester import Known
from services.issues.settings import IssuesSettings
from services.issues.shared.cache import AggregateCache
from services.issues.shared.unchanging import Unchanging
from services.issues.supports import room as supports_room
from services.issues.supports.counting import SupporterCounts
from services.issues.supports.domain.supports import Subject, Support
from services.issues.supports.store import SUPPORTS
from services.issues.units import room as units_room
from services.issues.units.store import UNITS
from services.issues.uploads import room as uploads_room
from services.issues.uploads.opening import opened_uploads
from services.issues.vocabulary import room as vocabulary_room
from services.issues.vocabulary.store import VOCABULARIES
from services.issues.vocabulary.vocabularies import Vocabularies
from services.issues.wishes import room as wishes_room
from services.issues.wishes.domain.wishes import Wish
from services.issues.wishes.joining import WishJoining as WishJoining
from services.issues.wishes.joining import hidden_among
from services.issues.wishes.store import WISHES
from services.issues.wishes.supporter_counts import WishCounts

ERASURES: Kind[Erasure] = erasures_on(ISSUES)


def rooms(runtime: Runtime[IssuesSettings]) -> Sequence[Room]:
    """The rooms of the service, on `runtime`."""
    settings, database, journal, clock = runtime.settings, runtime.database, runtime.journal, runtime.clock
    vault = opened_vault(runtime)
    units, catalogues = Unchanging(runtime.aggregates(UNITS)), Catalogues(runtime.aggregates(CATALOGUES))
    places = AggregateCache(runtime.aggregates(PLACES), clock)
    vocabularies = Vocabularies(AggregateCache(runtime.aggregates(VOCABULARIES), clock))
    photos, attachments = opened_uploads(runtime, vault)
    rounds, plans, visits = runtime.aggregates(ROUNDS), runtime.aggregates(ROUND_PLANS), runtime.aggregates(VISITS)
    supports, wishes, cases = runtime.aggregates(SUPPORTS), runtime.aggregates(WISHES), runtime.aggregates(CASES)
    supporter_counts = counting(cases, wishes, supports, settings.raised_at)
    numbers = Numbers(database, clock, settings.number_prefixes)
    calendars = Calendars(runtime.aggregates(CALENDARS), settings.clocks.time)
    levels = partial(levels_of, settings.escalation_levels)
    clocks = CommunityClocks(calendars.of, settings.warn_share, levels)
    changes, joining = (
        Changes(cases, vault, clocks, numbers, CasePresenter(units, places, catalogues, levels, clock), clock),
        CaseJoining(cases, supports, supporter_counts, vault),
    )
    evidence = Evidence(photos, cases, visits)
    filing = Filing(places, catalogues, photos, attachments, evidence)
    rows, routing = kept_rows(runtime), RoutingKept.of(runtime)

    links = Links(settings.public_url, settings.report_page, settings.report_without_account)

    async def withheld(subjects: Sequence[str]) -> set[str]:
        """Those of `subjects`, cases and wishes, of which not everybody may know."""
        return await withheld_cases(cases, subjects) | await hidden_among(wishes, subjects)

    async def undraw(ids: Collection[str]) -> None:
        """Take away what was made of the words of cases: why a unit was suggested, and how they are found."""
        await routing.blank_suggestions(ids)
        await rows.projection.forget(list(ids))

    return [
        privacy_room.room(vault),
        units_room.room(units),
        catalogue_room.room(catalogues, calendars, units),
        vocabulary_room.room(vocabularies),
        places_room.room(places, catalogues, links),
        uploads_room.room(photos, attachments, UploadsShown(cases, visits, vault), database),
        supports_room.room(supports, supporter_counts, withheld, database),
        rounds_room.room(
            Walks(rounds, visits, places, catalogues, photos, evidence), plans, calendars, units, database
        ),
        wishes_room.room(
            WishJoining(wishes, supports, supporter_counts),
            calendars,
            settings.wishes_answered_within,
            runtime.traces,
        ),
        cases_room.room(
            runtime,
            changes,
            joining,
            filing,
            cases_room.Earlier(units, visits, calendars),
            cases_room.Later(routing.dispatches.withhold, Drawn(partial(forget, routing), undraw)),
        ),
        exhibits_room.room(runtime.aggregates(EXHIBITS), changes, photos),
        reading_room.room(
            rows,
            Answering(changes),
            Titles(units, places, catalogues),
            rounds,
            RoundReader(visits, cases, places, catalogues),
            vocabularies,
            database,
            clock,
            settings,
        ),
        duplicates_room.room(changes, joining, Comparing(places, catalogues, database[ROWS], clock)),
        routing_room.room(routing, Known(units, places, catalogues), cases, clocks, vault, journal, clock),
        open311_room.room(changes, filing, units, database, journal, clock, settings),
        passers_by_room.room(changes, filing, links, clock),
        erasure_answers(runtime, ERASURES, PersonErasureRequested, PersonDataErased),
    ]


def counting(
    cases: Aggregates[Case], wishes: Aggregates[Wish], supports: Aggregates[Support], raised_at: tuple[int, ...]
) -> SupporterCounts:
    """What counts the people behind cases and wishes."""
    of_cases, of_wishes = CaseCounts(cases, supports, raised_at), WishCounts(wishes, supports)
    return SupporterCounts({Subject.CASE: of_cases.count, Subject.WISH: of_wishes.count})


service = Service(
    name="issues",
    title="Sunshine Community: issues (cases, rounds, wishes)",
    settings=IssuesSettings,
    kinds=(
        UNITS,
        CATALOGUES,
        CALENDARS,
        VOCABULARIES,
        PLACES,
        SUPPORTS,
        *KINDS_OF_ROUNDS,
        WISHES,
        CASES,
        EXHIBITS,
        *KINDS_OF_ROUTING,
        ERASURES,
    ),
    rooms=rooms,
)
