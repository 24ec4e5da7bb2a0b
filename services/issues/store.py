"""What this service keeps: its kinds of aggregates, and a query with its index for every way they are looked for."""

from collections.abc import Mapping, Sequence
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
from services.issues.places.domain.places import Place
from services.issues.places.links import Links
from services.issues.places.store import PLACES
from services.issues.privacy.room import opened_vault
from services.issues.privacy.vault import Vault
from services.issues.reading.store import Rows, kept_rows
from services.issues.rounds.domain.plans import RoundPlan
from services.issues.rounds.domain.rounds import Round
from services.issues.rounds.domain.visits import Visit
from services.issues.rounds.store import ROUND_PLANS, ROUNDS, VISITS
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
    rows: Rows
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
            rows=kept_rows(runtime),
            clocks=settings.clocks,
            traces=runtime.traces,
        )
