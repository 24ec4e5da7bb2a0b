"""Puts the issues service together."""

from collections.abc import Sequence
from functools import partial

from services.chassis.erasure_answers import erasure_answers
from services.chassis.room import Room
from services.chassis.runtime import Runtime
from services.chassis.service import Service
from services.chassis.sweeper import Sweep
from services.contracts.issues import PersonDataErased
from services.contracts.notices import PersonErasureRequested
from services.issues.cases import room as cases
from services.issues.cases.api.cases import Filing
from services.issues.cases.erasure import Drawn
from services.issues.cases.store import KINDS as CASES
from services.issues.cases.uploads_shown import UploadsShown
from services.issues.catalogue import room as catalogue
from services.issues.catalogue.store import KINDS as CATALOGUE
from services.issues.duplicates import room as duplicates
from services.issues.duplicates.api import Comparing
from services.issues.erasure import erase
from services.issues.places import room as places
from services.issues.places.store import KINDS as PLACES
from services.issues.privacy import room as privacy
from services.issues.reading.pressure import ReadingFact
from services.issues.rounds.domain.plans import advance
from services.issues.rounds.recount import MARKS as RECOUNTS
from services.issues.rounds.recount import Recount
from services.issues.rounds.store import plans_to_advance
from services.issues.routers import routers
from services.issues.routing.forgetting import forget
from services.issues.routing.work import routing_sweeps
from services.issues.settings import IssuesSettings
from services.issues.shared.unfinished import UnfinishedCounts
from services.issues.store import ERASURES, INDEXES, KINDS, Store
from services.issues.subscribers import reactions
from services.issues.supports.counting import MARKS as TALLIES
from services.issues.supports.counting import Counting
from services.issues.units import room as units
from services.issues.units.store import KINDS as UNITS
from services.issues.uploads import room as uploads
from services.issues.wishes.domain.wishes import mark_overdue
from services.issues.wishes.store import wishes_overdue


def rooms(runtime: Runtime[IssuesSettings]) -> Sequence[Room]:
    """The rooms of the service, on `runtime`."""
    return rooms_on(Store.of(runtime), runtime)


def rooms_on(store: Store, runtime: Runtime[IssuesSettings]) -> Sequence[Room]:
    """The rooms of the service, on `store`."""
    shown = UploadsShown(store.cases, store.visits, store.vault)
    return [
        privacy.room(store.vault),
        units.room(store.units),
        catalogue.room(store.catalogues, store.units),
        places.room(store.places, store.catalogues, store.links),
        uploads.room(store.photos, store.attachments, shown, runtime.database),
        cases.room(
            store.joining,
            Filing(store.places, store.catalogues, store.photos, store.attachments),
            store.units,
            store.visits,
            runtime.database,
            runtime.journal,
            runtime.traces,
            runtime.settings,
            cases.Later(store.routing.dispatches.withhold, Drawn(partial(forget, store), store.undraw)),
        ),
        duplicates.room(
            store.cases,
            store.vault,
            store.joining,
            Comparing(store.places, store.catalogues, store.reading.finding.rows, runtime.clock),
        ),
        Room(
            "issues",
            kinds=KINDS,
            routers=routers(store),
            reactions=lambda table: reactions(table, store),
            sweeps=[
                Recount(store, runtime.database),
                Counting(store.tallies, runtime.database),
                Sweep("wish-overdue", store.wishes, wishes_overdue, mark_overdue),
                store.reading.projection,
                store.reading.projection.recounting,
                *routing_sweeps(store),
                Sweep("round-plans", store.round_plans, plans_to_advance, advance),
            ],
            indexes=INDEXES,
            erase=partial(erase, store),
            tasks=[store.reading.pressure.measure_on],
            facts=[ReadingFact(store.reading.pressure), UnfinishedCounts(runtime.database, RECOUNTS, TALLIES)],
        ),
        erasure_answers(runtime, ERASURES, PersonErasureRequested, PersonDataErased),
    ]


service = Service(
    name="issues",
    title="Sunshine Community: issues (cases, rounds, wishes)",
    settings=IssuesSettings,
    kinds=(*UNITS, *CATALOGUE, *PLACES, *CASES, *KINDS, ERASURES),
    rooms=rooms,
)
