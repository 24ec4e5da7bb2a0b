"""What the Open311 endpoint keeps and knows, put together."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from services.chassis.clock import Clock
from services.chassis.runtime import Runtime
from services.chassis.store.mongo import Collection
from services.issues.open311.jurisdictions import Jurisdictions
from services.issues.open311.keys import Keys
from services.issues.open311.settings import Open311Settings
from services.issues.reading.place_lookup import Sites
from services.issues.reading.row import ROWS

BASE = "/api/issues/open311/v2"
SPAN = timedelta(days=90)
"""The longest time that one question may be about."""


@dataclass(frozen=True)
class Open311:
    """The room. `types`: the categories whose service is not realtime, and what it is."""

    jurisdictions: Jurisdictions
    keys: Keys
    rows: Collection
    journal: Collection
    sites: Sites
    clock: Clock
    url: str
    contact: str
    production: bool
    types: Mapping[str, str]

    @classmethod
    def of(cls, runtime: Runtime[Open311Settings]) -> "Open311":
        """The room in the database of `runtime`."""
        settings = runtime.settings
        return cls(
            jurisdictions=Jurisdictions(runtime.database, settings.open311_communities),
            keys=Keys(runtime.database, runtime.clock),
            rows=runtime.database[ROWS],
            journal=runtime.journal.collection,
            sites=Sites(runtime.database),
            clock=runtime.clock,
            url=settings.public_url.rstrip("/") + BASE,
            contact=settings.open311_contact or settings.public_url,
            production=settings.environment == "production",
            types=dict.fromkeys(settings.open311_batch, "batch") | dict.fromkeys(settings.open311_blackbox, "blackbox"),
        )
