"""What issues keeps, opened once more beside its rooms: for tests to look into, and to write what no route writes."""

from dataclasses import dataclass

from services.chassis.runtime import Runtime
from services.chassis.store.aggregates import Aggregates
from services.chassis.subscriber.erasure import Traces
from services.issues.app import counting
from services.issues.cases.domain.case import Case
from services.issues.cases.domain.clock import Clocks
from services.issues.cases.store import CASES
from services.issues.catalogue.store import CATALOGUES, Catalogues
from services.issues.places.domain.places import Place
from services.issues.places.store import PLACES
from services.issues.privacy.vault import Vault, opened_vault
from services.issues.reading.projection import Projection
from services.issues.rounds.domain.plans import RoundPlan
from services.issues.rounds.domain.rounds import Round
from services.issues.rounds.domain.visits import Visit
from services.issues.rounds.store import ROUND_PLANS, ROUNDS, VISITS
from services.issues.routing.store import RoutingKept
from services.issues.settings import IssuesSettings
from services.issues.shared.cache import AggregateCache
from services.issues.shared.unchanging import Unchanging
from services.issues.supports.counting import SupporterCounts
from services.issues.supports.domain.supports import Support
from services.issues.supports.store import SUPPORTS
from services.issues.units.domain import Unit
from services.issues.units.store import UNITS
from services.issues.uploads.attachments import Attachments
from services.issues.uploads.opening import opened_uploads
from services.issues.uploads.photos import Photos
from services.issues.wishes.domain.wishes import Wish
from services.issues.wishes.store import WISHES


@dataclass(frozen=True)
class Kept:
    """All of it: aggregates, uploads, keys of contacts, and the rows that reading is made from."""

    units: Unchanging[Unit]
    places: AggregateCache[Place]
    catalogues: Catalogues
    cases: Aggregates[Case]
    rounds: Aggregates[Round]
    round_plans: Aggregates[RoundPlan]
    visits: Aggregates[Visit]
    wishes: Aggregates[Wish]
    supports: Aggregates[Support]
    supporter_counts: SupporterCounts
    photos: Photos
    attachments: Attachments
    vault: Vault
    routing: RoutingKept
    projection: Projection
    clocks: Clocks
    traces: Traces

    @classmethod
    def of(cls, runtime: Runtime[IssuesSettings]) -> "Kept":
        """What is kept in the database of `runtime`."""
        vault = opened_vault(runtime)
        photos, attachments = opened_uploads(runtime, vault)
        cases, wishes, supports = runtime.aggregates(CASES), runtime.aggregates(WISHES), runtime.aggregates(SUPPORTS)
        return cls(
            units=Unchanging(runtime.aggregates(UNITS)),
            places=AggregateCache(runtime.aggregates(PLACES), runtime.clock),
            catalogues=Catalogues(runtime.aggregates(CATALOGUES)),
            cases=cases,
            rounds=runtime.aggregates(ROUNDS),
            round_plans=runtime.aggregates(ROUND_PLANS),
            visits=runtime.aggregates(VISITS),
            wishes=wishes,
            supports=supports,
            supporter_counts=counting(cases, wishes, supports, runtime.settings.raised_at),
            photos=photos,
            attachments=attachments,
            vault=vault,
            routing=RoutingKept.of(runtime),
            projection=Projection(runtime.database, runtime.clock),
            clocks=runtime.settings.clocks,
            traces=runtime.traces,
        )
