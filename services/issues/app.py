"""Puts the issues service together."""

from collections.abc import Collection, Sequence
from functools import partial

from services.chassis.erasure_answers import erasure_answers
from services.chassis.room import Room
from services.chassis.runtime import Runtime
from services.chassis.service import Service
from services.contracts.issues import PersonDataErased
from services.contracts.notices import PersonErasureRequested
from services.issues.cases import room as cases
from services.issues.cases.api.cases import Filing
from services.issues.cases.api.changes import Changes
from services.issues.cases.erasure import Drawn
from services.issues.cases.store import KINDS as CASES
from services.issues.cases.store import withheld_cases
from services.issues.cases.uploads_shown import UploadsShown
from services.issues.catalogue import room as catalogue
from services.issues.catalogue.store import KINDS as CATALOGUE
from services.issues.duplicates import room as duplicates
from services.issues.duplicates.api import Comparing
from services.issues.places import room as places
from services.issues.places.store import KINDS as PLACES
from services.issues.privacy import room as privacy
from services.issues.rounds import room as rounds
from services.issues.rounds.store import KINDS as ROUNDS
from services.issues.rounds.walks import Walks
from services.issues.open311 import room as open311
from services.issues.reading import room as reading
from services.issues.reading.api.answering import Answering
from services.issues.reading.api.kpis import Titles
from services.issues.reading.round_status import RoundReader
from services.issues.reading.row import ROWS
from services.issues.routing import room as routing
from services.issues.routing.forgetting import forget
from services.issues.routing.store import KINDS as ROUTING
from services.issues.routing.suggester import Known
from services.issues.settings import IssuesSettings
from services.issues.store import ERASURES, Store
from services.issues.supports import room as supports
from services.issues.supports.store import KINDS as SUPPORTS
from services.issues.units import room as units
from services.issues.units.store import KINDS as UNITS
from services.issues.uploads import room as uploads
from services.issues.wishes import room as wishes
from services.issues.wishes.joining import Joining as WishJoining
from services.issues.wishes.joining import hidden_among
from services.issues.wishes.store import KINDS as WISHES


def rooms(runtime: Runtime[IssuesSettings]) -> Sequence[Room]:
    """The rooms of the service, on `runtime`."""
    return rooms_on(Store.of(runtime), runtime)


def rooms_on(store: Store, runtime: Runtime[IssuesSettings]) -> Sequence[Room]:
    """The rooms of the service, on `store`."""
    database, clock, settings = runtime.database, runtime.clock, runtime.settings
    shown = UploadsShown(store.cases, store.visits, store.vault)
    walks = Walks(store.rounds, store.visits, store.places, store.catalogues, store.photos)
    wish_joining = WishJoining(store.wishes, store.supports, store.tallies)

    async def withheld(subjects: Sequence[str]) -> set[str]:
        """Those of `subjects`, cases and wishes, of which not everybody may know."""
        return await withheld_cases(store.cases, subjects) | await hidden_among(store.wishes, subjects)
    filing = Filing(store.places, store.catalogues, store.photos, store.attachments)
    changes = Changes(store.cases, store.vault, store.clocks)

    async def undraw(cases: Collection[str]) -> None:
        """Take away what was made of the words of `cases`: why a unit was suggested, and how they are found."""
        await store.routing.blank_suggestions(cases)
        await store.rows.projection.forget(list(cases))

    return [
        privacy.room(store.vault),
        units.room(store.units),
        catalogue.room(store.catalogues, store.units),
        places.room(store.places, store.catalogues, store.links),
        uploads.room(store.photos, store.attachments, shown, runtime.database),
        supports.room(store.supports, store.tallies, withheld, runtime.database),
        rounds.room(walks, store.round_plans, runtime.database),
        wishes.room(wish_joining, store.clocks.time, store.answer_within, runtime.traces),
        cases.room(
            store.joining,
            filing,
            store.units,
            store.visits,
            database,
            runtime.journal,
            runtime.traces,
            settings,
            cases.Later(store.routing.dispatches.withhold, Drawn(partial(forget, store.routing), undraw)),
        ),
        reading.room(
            store.rows,
            Answering(store.cases, store.vault),
            Titles(store.units, store.places),
            store.rounds,
            RoundReader(store.visits, store.cases, store.places, store.catalogues),
            database,
            clock,
            settings,
        ),
        duplicates.room(
            store.cases, store.vault, store.joining, Comparing(store.places, store.catalogues, database[ROWS], clock)
        ),
        routing.room(
            store.routing,
            Known(store.units, store.places, store.catalogues),
            store.cases,
            store.clocks,
            store.vault,
            runtime.journal,
            clock,
        ),
        open311.room(changes, filing, store.units, database, runtime.journal, clock, settings),
        erasure_answers(runtime, ERASURES, PersonErasureRequested, PersonDataErased),
    ]


service = Service(
    name="issues",
    title="Sunshine Community: issues (cases, rounds, wishes)",
    settings=IssuesSettings,
    kinds=(*UNITS, *CATALOGUE, *PLACES, *SUPPORTS, *ROUNDS, *WISHES, *CASES, *ROUTING, ERASURES),
    rooms=rooms,
)
