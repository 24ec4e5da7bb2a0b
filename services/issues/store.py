"""What this service keeps: its kinds of aggregates, and a query with its index for every way they are looked for."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.chassis.runtime import Runtime
from services.chassis.store.aggregates import Aggregates, Kind
from services.chassis.store.mongo import IndexModel
from services.chassis.subscriber.erasure import Erasure, Traces, erasures_on
from services.contracts.topics import ISSUES
from services.issues.cases.domain.case import Case
from services.issues.cases.domain.clock import Clocks
from services.issues.cases.joining import Joining
from services.issues.cases.store import CASES
from services.issues.cases.supporter_counts import CaseCounts
from services.issues.catalogue.domain.catalogue import Span
from services.issues.catalogue.store import CATALOGUES, Catalogues
from services.issues.open311 import journal_index
from services.issues.open311 import keys as open311_keys
from services.issues.open311.endpoint import Open311
from services.issues.places.domain.places import Place
from services.issues.places.links import Links
from services.issues.places.store import PLACES
from services.issues.privacy.room import opened_vault
from services.issues.privacy.vault import Vault
from services.issues.reading.marks import MARKS
from services.issues.reading.marks import indexes as row_marks
from services.issues.reading.projection import indexes as row_indexes
from services.issues.reading.reading import Reading
from services.issues.reading.row import ROWS
from services.issues.rounds.domain.plans import RoundPlan
from services.issues.rounds.domain.rounds import Round
from services.issues.rounds.domain.visits import Visit
from services.issues.rounds.store import ROUND_PLANS, ROUNDS, VISITS
from services.issues.routing import store as routing
from services.issues.routing.store import RoutingKept
from services.issues.settings import IssuesSettings
from services.issues.shared.cache import Remembered
from services.issues.shared.unchanging import Unchanging
from services.issues.supports.counting import Tallies
from services.issues.supports.domain.supports import Subject, Support
from services.issues.supports.store import SUPPORTS
from services.issues.units.domain import Unit
from services.issues.units.store import UNITS
from services.issues.uploads.attachments import Attachments
from services.issues.uploads.photos import Photos
from services.issues.uploads.room import kept_uploads
from services.issues.wishes.domain.wishes import Wish
from services.issues.wishes.store import WISHES
from services.issues.wishes.supporter_counts import WishCounts

ERASURES: Kind[Erasure] = erasures_on(ISSUES)

KINDS: tuple[Kind[Any], ...] = (*routing.KINDS,)

INDEXES: Mapping[str, Sequence[IndexModel]] = {
    **routing.INDEXES,
    ROWS: row_indexes(),
    MARKS: row_marks(),
    **open311_keys.INDEXES,
    "journal": journal_index.INDEXES,
}


@dataclass(frozen=True)
class Store:
    """The aggregates of this service, the photos and attachments, and the keys of contacts."""

    units: Unchanging[Unit]
    places: Remembered[Place]
    cases: Aggregates[Case]
    rounds: Aggregates[Round]
    round_plans: Aggregates[RoundPlan]
    visits: Aggregates[Visit]
    wishes: Aggregates[Wish]
    supports: Aggregates[Support]
    tallies: Tallies
    joining: Joining
    answer_within: Span
    photos: Photos
    routing: RoutingKept
    attachments: Attachments
    vault: Vault
    catalogues: Catalogues
    links: Links
    reading: Reading
    open311: Open311
    clocks: Clocks
    traces: Traces

    @classmethod
    def of(cls, runtime: Runtime[IssuesSettings]) -> "Store":
        """The store in the database of `runtime`."""
        settings = runtime.settings
        vault = opened_vault(runtime)
        cases, wishes, supports = runtime.aggregates(CASES), runtime.aggregates(WISHES), runtime.aggregates(SUPPORTS)
        counts = {Subject.CASE: CaseCounts(cases, supports, settings.raised_at).count}
        tallies = Tallies({**counts, Subject.WISH: WishCounts(wishes, supports).count})
        photos, attachments = kept_uploads(runtime, vault)
        return cls(
            units=Unchanging(runtime.aggregates(UNITS)),
            places=Remembered(runtime.aggregates(PLACES), runtime.clock),
            cases=cases,
            rounds=runtime.aggregates(ROUNDS),
            round_plans=runtime.aggregates(ROUND_PLANS),
            visits=runtime.aggregates(VISITS),
            wishes=wishes,
            supports=supports,
            tallies=tallies,
            joining=Joining(cases, supports, tallies, vault),
            answer_within=settings.wishes_answered_within,
            routing=RoutingKept.of(runtime),
            photos=photos,
            attachments=attachments,
            vault=vault,
            catalogues=Catalogues(runtime.aggregates(CATALOGUES)),
            links=Links(settings.public_url, settings.report_page),
            reading=Reading.of(runtime),
            open311=Open311.of(runtime),
            clocks=settings.clocks,
            traces=runtime.traces,
        )

    async def undraw(self, cases: Collection[str]) -> None:
        """Take away what was made of the words of `cases`: why a unit was suggested, and how they are found."""
        await self.routing.blank_suggestions(cases)
        await self.reading.projection.forget(list(cases))
