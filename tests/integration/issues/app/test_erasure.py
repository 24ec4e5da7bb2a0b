"""Whoever is erased leaves no word, contact, picture or link, however often the erasure is begun anew."""

from typing import Any

from services.chassis.clock import utc_now
from services.chassis.runtime import Runtime
from services.chassis.store.aggregates import Aggregates, Cause
from services.chassis.store.gone import tombstone_of
from services.chassis.store.mongo import Database
from services.chassis.store.receipt import Receipt
from services.chassis.subscriber.erasure import erasure_id
from services.chassis.subscriber.handlers import Handlers
from services.contracts.notices import PersonErasureRequested
from services.issues.cases.domain.reporting import Report, report
from services.issues.privacy.domain.contact import Contact
from services.issues.settings import IssuesSettings
from services.issues.supports.domain.supports import Subject, first_support
from services.issues.supports.joining import count
from services.issues.wishes.domain.wishes import Propose, propose
from tests.integration.issues.kept import Kept
from tests.integration.issues.opening import hear
from tests.integration.issues.uploads.pictures import a_picture
from tests.unit.issues.world import BUILDING, CATALOGUE, HERE, NEIGHBOUR, RESIDENT, STAFF

ME = Cause(RESIDENT.sub)
PERSON = RESIDENT.sub
PHONE = "13812345678"


async def everything(db: Database) -> dict[str, list[Any]]:
    """All documents but the outbox (facts already told, with opaque ids) and pictures' bytes."""
    names = [name for name in await db.list_collection_names() if not name.startswith(("system.", "pictures."))]
    return {name: await db[name].find({}, {"outbox": 0}).to_list(1000) for name in names}


async def test_what_is_read_ahead_is_what_every_part_looks_into(runtime: Runtime[IssuesSettings], store: Kept) -> None:
    """And who looks again later erases by what the store knows."""
    parts = [kept._named._gone for kept in vars(store).values() if isinstance(kept, Aggregates)]
    assert {id(gone) for gone in (*parts, store.traces.gone, store.vault._gone, runtime.journal.gone)} == {
        id(runtime.gone)
    }


async def test_nothing_leads_to_the_person_any_more(store: Kept, db: Database, handlers: Handlers) -> None:
    shown = await store.photos.keep(HERE, a_picture("red"), RESIDENT)
    loose = await store.photos.keep(HERE, a_picture("blue"), RESIDENT)
    handled = await store.photos.keep(HERE, a_picture("green"), RESIDENT)
    body = Report(
        community=HERE,
        category="noise",
        place=BUILDING.id,
        text="我住在三楼",
        contact=Contact(phone=PHONE, name="某某"),
        before=(shown.id,),
    )
    assert body.contact is not None
    sealed = (await store.vault.sealer(HERE, PERSON)).seal("case-1", body.contact)
    receipt = Receipt("k", "f", 201, lambda stored: f"{PHONE} {PERSON}".encode())
    await store.cases.create(
        "case-1",
        lambda now: report("case-1", body, BUILDING, CATALOGUE, RESIDENT, now, contact=sealed),
        ME,
        receipt=receipt,
    )
    other = Report(community=HERE, category="noise", place=BUILDING.id, after=(handled.id,), fixed=True)
    await store.cases.create(
        "case-2", lambda now: report("case-2", other, BUILDING, CATALOGUE, STAFF, now), Cause(STAFF.sub)
    )
    wish = Propose(community=HERE, title="建老年食堂", text="我母亲不便")
    await store.wishes.create("wish-1", lambda now: propose("wish-1", wish, RESIDENT, now), ME)
    other_wish = Propose(community=HERE, title="多种树", text="小区太晒")
    await store.wishes.create("wish-2", lambda now: propose("wish-2", other_wish, NEIGHBOUR, now), ME)
    await store.supports.create(
        "support-1",
        lambda now: first_support("support-1", "wish-2", Subject.WISH, HERE, PERSON, RESIDENT, now),
        ME,
    )
    await count(store.supporter_counts, "wish-2", Subject.WISH)

    request = PersonErasureRequested(person=PERSON, request="req-1", requested_at=utc_now(), by=PERSON)
    for sequence in (3, 3):
        await hear(handlers, db, request, "erasure-req-1", sequence)

    kept = await everything(db)
    answers = kept.pop("erasures")
    assert [gone["_id"] for gone in kept.pop("erased_people")] == [tombstone_of(PERSON)]
    for trace in (PERSON, PHONE, "某某", "我住在三楼", "我母亲不便", "建老年食堂"):
        assert trace not in str(kept)
    assert [(a["_id"], a["v"]) for a in answers] == [(erasure_id("req-1"), 1)]
    assert {photo["_id"] for photo in kept["photos"]} == {handled.id}
    assert shown.id not in str(kept)
    assert loose.id not in str(kept)
    assert await db["pictures.files"].count_documents({}) == 2
    assert "wrapped" not in str(await db["contact_keys"].find({"_id": {"$ne": "marks"}}).to_list(10))
    assert [record.cause for record in await store.vault.of_person(PERSON, 10)] == ["erasure"]
    supported = (await store.wishes.get("wish-2")).aggregate
    assert (supported.supporters, supported.proposer) == (2, NEIGHBOUR.sub)
