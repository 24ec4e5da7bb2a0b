"""The room of records and certificates."""

from functools import partial

from services.chassis.clock import Clock
from services.chassis.room import Room
from services.chassis.store.aggregates import Aggregates
from services.chassis.store.mongo import Database
from services.chassis.subscriber.erasure import Leaver, erase_each
from services.volunteers.hours.domain.ledger import Account
from services.volunteers.people.domain.volunteer import Volunteer
from services.volunteers.records.api import certificates as certificates_api
from services.volunteers.records.api import records as records_api
from services.volunteers.records.api.records import Keeping
from services.volunteers.records.desk import Desk
from services.volunteers.records.domain import certificate, record
from services.volunteers.records.domain.certificate import ServiceCertificate
from services.volunteers.records.domain.record import Record
from services.volunteers.records.export import Export
from services.volunteers.records.numbers import Numbers
from services.volunteers.records.reactions import reactions
from services.volunteers.records.settings import RecordsSettings
from services.volunteers.records.store import INDEXES, KINDS


def room(
    records: Aggregates[Record],
    certificates: Aggregates[ServiceCertificate],
    accounts: Aggregates[Account],
    volunteers: Aggregates[Volunteer],
    database: Database,
    clock: Clock,
    settings: RecordsSettings,
) -> Room:
    """Make the room of records."""
    desk = Desk(certificates, records, accounts, Numbers(database), settings, clock)
    return Room(
        "records",
        kinds=KINDS,
        indexes=INDEXES,
        routers=[
            records_api.router(Keeping(records, accounts, volunteers), Export(volunteers, records, accounts)),
            certificates_api.router(desk),
        ],
        reactions=lambda table: reactions(table, records, volunteers),
        erase=partial(erase, records, certificates),
    )


async def erase(records: Aggregates[Record], certificates: Aggregates[ServiceCertificate], leaver: Leaver) -> None:
    """Remove `leaver` from records and certificates. Numbers stay in the register."""
    theirs = {"state.person": leaver.person}
    await erase_each(certificates, theirs, lambda c, now: certificate.erase(c, leaver.stand_in), leaver)
    await erase_each(records, theirs, lambda r, now: record.erase(r, leaver.stand_in), leaver)
