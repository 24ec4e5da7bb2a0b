"""The room of Open311: GeoReport v2 for everybody who reads cases, and for systems that have a key."""

from services.chassis.clock import Clock
from services.chassis.room import Room
from services.chassis.store.journal import Journal
from services.chassis.store.mongo import Database
from services.issues.cases.api.changes import Changes
from services.issues.cases.api.filing import Filing
from services.issues.open311 import keys_api
from services.issues.open311 import router as endpoint
from services.issues.open311.create import Taking
from services.issues.open311.jurisdictions import Jurisdictions
from services.issues.open311.keys import Keys
from services.issues.open311.notes import Notes
from services.issues.open311.requests import Requests
from services.issues.open311.router import Door
from services.issues.open311.services import Offer
from services.issues.open311.settings import Open311Settings
from services.issues.open311.store import INDEXES
from services.issues.open311.updates import Updating
from services.issues.reading.place_lookup import PlaceLookup
from services.issues.reading.row import ROWS
from services.issues.shared.unchanging import Unchanging
from services.issues.units.domain import Unit


def room(
    changes: Changes,
    filing: Filing,
    units: Unchanging[Unit],
    database: Database,
    journal: Journal,
    clock: Clock,
    settings: Open311Settings,
) -> Room:
    """Make the room of Open311. It stores keys, and how often each was used."""
    cases, vault, offer = changes.cases, changes.vault, Offer.of(settings)
    door = Door(Jurisdictions(database, settings.open311_communities), Keys(database, clock))
    requests = Requests(cases, filing.catalogues, units, database[ROWS], PlaceLookup(database))
    taking = Taking(cases, filing.catalogues, filing.places, filing.photos, vault, clock, changes.numbers, offer.types)
    updating = Updating(requests, filing.photos, filing.evidence, vault, changes.clocks)
    return Room(
        "open311",
        indexes=INDEXES,
        routers=[
            keys_api.router(door.keys, units, cases.secret),
            endpoint.router(door, offer, Notes(requests, journal), taking, updating),
        ],
    )
