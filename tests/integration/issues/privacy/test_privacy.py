"""Contacts over a whole life: in clear to whom they concern while they may be, and nowhere else, ever."""

from datetime import timedelta
from typing import Any

import pytest

from services.chassis.aggregate import derived_id
from services.chassis.clock import utc_now
from services.chassis.principal import Principal, Role
from services.chassis.store.mongo import Database
from services.chassis.store.secret import COLLECTION, keyed_id
from services.contracts.issues import CaseStatus
from services.issues.cases.sweeps import ContactExpiry, KeysInUse, WordsExpiry
from services.issues.privacy.sealing import Masters, NotOpened, fresh_key
from services.issues.privacy.vault import DestroyedBy, KeysUnreadable, Vault
from services.issues.settings import IssuesSettings
from tests.integration.calling import Hand
from tests.integration.issues.calling import OPERATOR, Api, a_community
from tests.integration.issues.kept import Kept
from tests.unit.issues.world import HANDLER, HERE, NEIGHBOUR, NOW, RESIDENT, STAFF, SUPERVISOR, WALKER, person

PHONE, NAME = "13812345678", "王某某"
CONTACT = {"phone": PHONE, "name": NAME}
OTHER_STAFF = person("staff-2", Role.STAFF)


def a_body(building: str, **more: Any) -> dict[str, Any]:
    return {"community": HERE, "category": "noise", "place": building, "text": "很吵", **more}


async def a_case(api: Api, by: Principal = RESIDENT, **more: Any) -> str:
    _, [building, *_] = await a_community(api, buildings=1)
    return str((await api.made(by, "/cases", a_body(building, **more)))["id"])


async def to_its_end(api: Api, id: str) -> None:
    """From report to verdict, each command under a key, so that each leaves a receipt."""
    unit = (await api.get(STAFF, "/units", community=HERE)).json["items"][0]["id"]
    for by, command, body in (
        (STAFF, "accept", {}),
        (STAFF, "dispatch", {"unit": unit}),
        (HANDLER, "start", {}),
        (HANDLER, "handle", {"photos": []}),
        (SUPERVISOR, "verify", {}),
        (RESIDENT, "rate", {"rating": 4}),
    ):
        if command == "handle":
            body = {"photos": [(await api.photo(HANDLER)).json["id"]]}
        answer = await api.post(by, f"/cases/{id}/{command}", body, {"Idempotency-Key": f"{command}-1"})
        assert answer.status == 200, answer.json


async def everything(db: Database) -> str:
    names = [name for name in await db.list_collection_names() if not name.startswith("system.")]
    return str([await db[name].find({}).to_list(10_000) for name in names])


async def test_a_contact_is_in_clear_nowhere_and_shown_to_whom_it_concerns(api: Api, db: Database) -> None:
    _, [building, *_] = await a_community(api, buildings=1)
    key = {"Idempotency-Key": "report-1"}
    sent = [await api.post(RESIDENT, "/cases", a_body(building, contact=CONTACT), key) for _ in range(2)]
    assert [answer.status for answer in sent] == [201, 201]
    assert sent[0].content == sent[1].content
    id = sent[0].json["id"]

    shown = {}
    for by in (RESIDENT, NEIGHBOUR, STAFF, HANDLER, SUPERVISOR, WALKER):
        shown[by.sub] = (await api.get(by, f"/cases/{id}")).json["contact"]
        listed = (await api.get(by, "/cases", community=HERE)).json
        assert PHONE not in str(listed)
    whole = {"name": NAME, "phone": PHONE, "email": None, "relation": "self"}
    assert shown == {by.sub: whole if by in (RESIDENT, STAFF) else None for by in _ALL}

    await to_its_end(api, id)
    assert (await api.get(RESIDENT, f"/cases/{id}")).json["contact"] == whole
    kept = await everything(db)
    for trace in (PHONE, NAME):
        assert trace not in kept
        assert trace.encode().hex() not in kept


_ALL = (RESIDENT, NEIGHBOUR, STAFF, HANDLER, SUPERVISOR, WALKER)


async def test_a_box_moved_to_another_case_is_not_opened(api: Api, store: Kept, db: Database) -> None:
    _, [building, *_] = await a_community(api, buildings=1)
    one, other = [
        (await api.made(RESIDENT, "/cases", a_body(building, contact=CONTACT, text=text)))["id"]
        for text in ("甲", "乙")
    ]
    box = (await db["cases"].find_one({"_id": one}))["state"]["contact"]  # type: ignore[index]
    await db["cases"].update_one({"_id": other}, {"$set": {"state.contact": box}})
    moved = (await store.cases.get(other)).aggregate
    with pytest.raises(NotOpened):
        await store.vault.open(moved.contact, HERE, other)
    assert await store.vault.open(moved.contact, HERE, one) is not None
    read = await api.get(STAFF, f"/cases/{other}")
    assert (read.status, read.json["contact"]) == (200, None)


async def test_a_person_has_one_key_and_a_case_without_a_person_its_own(api: Api, db: Database) -> None:
    _, [building, *_] = await a_community(api, buildings=1)
    for by, reporter in ((RESIDENT, None), (RESIDENT, None), (STAFF, RESIDENT.sub), (STAFF, None), (STAFF, None)):
        await api.made(by, "/cases", a_body(building, contact=CONTACT, reporter=reporter))
    keys = [case["state"]["contact"]["key"] for case in await db["cases"].find({}).sort("_id", 1).to_list(10)]
    assert len(set(keys[:3])) == 1
    assert len(set(keys)) == 3
    assert RESIDENT.sub not in str(await db["contact_keys"].find({}).to_list(10))


async def test_erased_keys_are_gone_and_provably_so(api: Api, store: Kept) -> None:
    id = await a_case(api, contact=CONTACT)
    case = (await store.cases.get(id)).aggregate

    assert await store.vault.destroy_those_of(RESIDENT.sub, DestroyedBy.ERASURE) == 1

    assert (await api.get(STAFF, f"/cases/{id}")).json["contact"] is None
    assert await store.vault.open(case.contact, HERE, id) is None
    [mine] = (await api.get(RESIDENT, "/contact-keys/mine")).json
    assert (mine["cause"], mine["destroyed_at"] is None) == ("erasure", False)
    assert (await api.get(NEIGHBOUR, "/contact-keys/mine")).json == []
    proofs = await api.get(STAFF, "/contact-keys/destroyed", community=HERE)
    assert proofs.json["items"] == [mine]
    assert (await api.get(RESIDENT, "/contact-keys/destroyed", community=HERE)).status == 403
    again = await api.made(RESIDENT, "/cases", a_body(case.place, contact=CONTACT))
    assert (await api.get(STAFF, f"/cases/{again['id']}")).json["contact"]["phone"] == PHONE


async def test_what_serves_all_communities_is_for_who_operates_them_all(api: Api) -> None:
    await a_case(api, contact=CONTACT)
    assert (await api.get(OPERATOR, "/contact-keys/masters")).status == 200
    for other in (STAFF, person("operator-9", Role.OPERATOR, community="elsewhere")):
        assert (await api.get(other, "/contact-keys/masters")).status == 403


async def test_proofs_are_paged(api: Api, store: Kept) -> None:
    for number in range(5):
        await store.vault.sealer(HERE, f"person-{number}")
        await store.vault.destroy_those_of(f"person-{number}", DestroyedBy.EXPIRY)
    first = (await api.get(OPERATOR, "/contact-keys/destroyed", community=HERE, limit=3)).json
    rest = (await api.get(OPERATOR, "/contact-keys/destroyed", community=HERE, limit=3, cursor=first["next"])).json
    ids = [item["id"] for item in (*first["items"], *rest["items"])]
    assert (len(ids), len(set(ids)), rest["next"]) == (5, 5, None)
    assert (await api.get(OPERATOR, "/contact-keys/destroyed", community=HERE, cursor="x")).code == "cursor.invalid"


async def test_an_anonymous_reporter_is_shown_to_nobody_and_follows_rates_and_reopens(api: Api, db: Database) -> None:
    _, [building, *_] = await a_community(api, buildings=1)
    photo = (await api.photo(RESIDENT)).json["id"]
    key = {"Idempotency-Key": "report-1"}
    made = await api.post(RESIDENT, "/cases", a_body(building, anonymous=True, before=[photo]), key)
    id = made.json["id"]
    assert (made.json["anonymous"], made.json["reporter"]) == (True, None)
    await to_its_end(api, id)
    reopened = await api.post(RESIDENT, f"/cases/{id}/reopen", {"reason": "又吵了"})
    assert reopened.json["status"] == CaseStatus.REOPENED

    mine = (await api.get(RESIDENT, "/cases", community=HERE, reporter="me")).json["items"]
    assert [case["id"] for case in mine] == [id]
    assert (await api.get(NEIGHBOUR, "/cases", community=HERE, reporter="me")).json["items"] == []
    for by in (STAFF, SUPERVISOR, WALKER, OPERATOR):
        assert RESIDENT.sub not in str((await api.get(by, f"/cases/{id}")).json)
    assert (await api.post(NEIGHBOUR, f"/cases/{id}/reopen", {"reason": "x"})).code == "case.only-the-reporter"
    kept = await everything(db)
    assert RESIDENT.sub not in kept
    actors = {entry["actor"] for entry in (await db["cases"].find_one({"_id": id}))["outbox"]}  # type: ignore[index]
    assert actors == {"anonymous", STAFF.sub, HANDLER.sub, SUPERVISOR.sub}


async def test_whose_a_nameless_report_is_can_not_be_tried_with_all_that_is_stored(api: Api, db: Database) -> None:
    _, [building, *_] = await a_community(api, buildings=1)
    key = {"Idempotency-Key": "1"}
    sent = [await api.post(RESIDENT, "/cases", a_body(building, anonymous=True), key) for _ in range(2)]
    assert sent[0].content == sent[1].content
    id = sent[0].json["id"]
    kept = await _binaries(db)
    assert id != derived_id("case", RESIDENT.sub, "POST", "/api/issues/v1/cases", "1")
    assert id not in {keyed_id(one, "case", RESIDENT.sub, "POST", "/api/issues/v1/cases", "1") for one in kept}
    assert await db[COLLECTION].count_documents({}) == 0


async def _binaries(db: Database) -> list[bytes]:
    """Every run of bytes in the database that could be a key."""
    names = [name for name in await db.list_collection_names() if not name.startswith("system.")]
    documents = [document for name in names for document in await db[name].find({}).to_list(10_000)]
    return [value for document in documents for value in document.values() if isinstance(value, bytes)]


async def test_who_reported_without_a_name_does_not_verify(api: Api) -> None:
    _, [building, *_] = await a_community(api, buildings=1)
    resident = {"channel": "resident", "anonymous": True}
    id = (await api.made(OTHER_STAFF, "/cases", a_body(building, **resident)))["id"]
    unit = (await api.get(STAFF, "/units", community=HERE)).json["items"][0]["id"]
    for by, command, body in ((STAFF, "accept", {}), (STAFF, "dispatch", {"unit": unit}), (HANDLER, "handle", {})):
        await api.made(by, f"/cases/{id}/{command}", body)
    assert (await api.post(OTHER_STAFF, f"/cases/{id}/verify", {})).code == "case.verifier-is-reporter"
    assert (await api.post(STAFF, f"/cases/{id}/verify", {})).status == 200


async def test_a_worker_reports_for_somebody_without_a_name(api: Api) -> None:
    _, [building, *_] = await a_community(api, buildings=1)
    case = await api.made(STAFF, "/cases", a_body(building, anonymous=True))
    assert (case["reporter"], case["status"]) == (None, CaseStatus.ACCEPTED)
    for named in ({"reporter": RESIDENT.sub}, {"contact": CONTACT}):
        refused = await api.post(STAFF, "/cases", a_body(building, anonymous=True, **named))
        assert (refused.status, refused.code) == (422, "case.anonymous-is-nobody")


async def test_a_childs_contact_is_a_guardians_who_agreed_and_the_unit_never_sees_it(api: Api, store: Kept) -> None:
    unit, [building, *_] = await a_community(api, buildings=1)
    guardian = {**CONTACT, "relation": "guardian"}
    for contact, consent in ((CONTACT, True), (guardian, False)):
        refused = await api.post(RESIDENT, "/cases", a_body(building, minor=True, contact=contact, consent=consent))
        assert (refused.status, refused.code) == (422, "case.guardian-must-agree")
    id = (await api.made(RESIDENT, "/cases", a_body(building, minor=True, contact=guardian, consent=True)))["id"]
    await api.made(STAFF, f"/cases/{id}/accept", {})
    await api.made(STAFF, f"/cases/{id}/dispatch", {"unit": unit})

    unit_sees = (await api.get(HANDLER, f"/cases/{id}")).json
    assert (unit_sees["contact"], unit_sees["inside"]["minor"]) == (None, None)
    staff_see = (await api.get(STAFF, f"/cases/{id}")).json
    assert (staff_see["contact"]["relation"], staff_see["inside"]["minor"]) == ("guardian", True)
    stored = (await store.cases.get(id)).aggregate
    assert stored.guardian_agreed_at is not None
    assert "minor" not in stored.public().model_dump()


async def close(db: Database, id: str, days_ago: float, **more: Any) -> None:
    closed = {"state.closed_at": utc_now() - timedelta(days=days_ago), "state.status": CaseStatus.VERIFIED.value}
    await db["cases"].update_one({"_id": id}, {"$set": closed | {f"state.{name}": more[name] for name in more}})


def moved(store: Kept, clock: Hand) -> Vault:
    """The vault of `store`, which with its cases is at another time."""
    store.vault._clock = store.cases._clock = store.cases._change.clock = clock
    return store.vault


async def test_contacts_end_after_their_case_and_keys_after_their_last_contact(
    api: Api, store: Kept, db: Database, settings: IssuesSettings
) -> None:
    _, [building, *_] = await a_community(api, buildings=1)
    guardian = {"minor": True, "consent": True, "contact": {**CONTACT, "relation": "guardian"}}
    bodies = (a_body(building, contact=CONTACT), a_body(building, contact=CONTACT), a_body(building, **guardian))
    old, young, child = [(await api.made(RESIDENT, "/cases", body))["id"] for body in bodies]
    await close(db, old, 365.1)
    await close(db, young, 364.9)
    await close(db, child, 90.1)
    clock = Hand(utc_now())
    vault = moved(store, clock)
    expiry, keys = ContactExpiry(store.cases, store.vault, settings), KeysInUse(store.cases, store.vault)

    assert [await expiry.once(clock), await expiry.once(clock)] == [2, 0]

    contacts = {id: (await store.cases.get(id)).aggregate.contact is not None for id in (old, young, child)}
    assert contacts == {old: False, young: True, child: False}
    told = await db["cases"].find({"outbox.type": {"$regex": "contact-expired"}}, {"_id": 1}).to_list(10)
    assert {document["_id"] for document in told} == {old, child}
    clock.wait(timedelta(hours=2))
    await keys.once(clock)
    assert [record.destroyed_at for record in await vault.of_person(RESIDENT.sub, 10)] == [None]
    assert (await api.get(STAFF, f"/cases/{young}")).json["contact"]["phone"] == PHONE

    clock.wait(timedelta(days=1))
    assert await expiry.once(clock) == 1
    await keys.once(clock)
    assert [record.cause for record in await vault.of_person(RESIDENT.sub, 10)] == [None]
    clock.wait(timedelta(hours=2))
    await keys.once(clock)
    assert [record.cause for record in await vault.of_person(RESIDENT.sub, 10)] == [DestroyedBy.EXPIRY]


async def test_a_key_just_used_is_not_destroyed_before_its_case_stands(store: Kept) -> None:
    clock = Hand(utc_now())
    vault = moved(store, clock)
    await vault.sealer(HERE, RESIDENT.sub)
    clock.wait(timedelta(minutes=70))
    await vault.sealer(HERE, RESIDENT.sub)
    await KeysInUse(store.cases, store.vault).once(clock)
    assert [record.destroyed_at for record in await vault.of_person(RESIDENT.sub, 1)] == [None]
    clock.wait(timedelta(hours=3))
    await KeysInUse(store.cases, store.vault).once(clock)
    assert [record.cause for record in await vault.of_person(RESIDENT.sub, 1)] == [DestroyedBy.EXPIRY]


async def test_words_go_where_that_is_asked_for(api: Api, store: Kept, db: Database, settings: IssuesSettings) -> None:
    photo = (await api.photo(RESIDENT)).json["id"]
    id = await a_case(api, before=[photo], spot="左边")
    await close(db, id, 400)
    clock = Hand(utc_now())
    assert await WordsExpiry(store.cases, store.photos, store.attachments, settings).once(clock) == 0
    asked = settings.model_copy(update={"words_days": 30})
    expiry = WordsExpiry(store.cases, store.photos, store.attachments, asked)
    assert [await expiry.once(clock) for _ in range(2)] == [1, 0]
    case = (await store.cases.get(id)).aggregate
    assert (case.text, case.spot, case.before, case.photos) == (None, None, (), 0)


async def test_master_keys_are_changed_without_losing_a_contact(api: Api, store: Kept, db: Database) -> None:
    id = await a_case(api, contact=CONTACT)
    case = (await store.cases.get(id)).aggregate
    before = store.vault._masters
    both = Masters("new", {"new": fresh_key(), **before.keys})
    changed = Vault(db, utc_now, both)

    assert await changed.open(case.contact, HERE, id) is not None
    assert await changed.alias(RESIDENT.sub) == await store.vault.alias(RESIDENT.sub)
    assert [await changed.rewrap(100), await changed.rewrap(100)] == [2, 0]

    assert dict(await changed.by_master()) == {"new": 2}
    alone = Vault(db, utc_now, Masters("new", {"new": both.keys["new"]}))
    assert await alone.open(case.contact, HERE, id) is not None
    assert await alone.alias(RESIDENT.sub) == await store.vault.alias(RESIDENT.sub)
    with pytest.raises(KeysUnreadable):
        await store.vault.open(case.contact, HERE, id)
    assert (await api.get(STAFF, f"/cases/{id}")).code == "contact.keys-unreadable"


PRIVATE_QUERIES: list[tuple[str, dict[str, Any]]] = [
    ("contact_keys", {"community": HERE, "owner": "x", "live": True}),
    ("contact_keys", {"owner": "x"}),
    ("contact_keys", {"check_at": {"$lte": NOW}}),
]


@pytest.mark.parametrize(("collection", "query"), PRIVATE_QUERIES, ids=str)
async def test_keys_are_found_by_an_index(store: Kept, db: Database, collection: str, query: dict[str, Any]) -> None:
    explained = await db[collection].find(query).explain()
    assert "COLLSCAN" not in str(explained["queryPlanner"]["winningPlan"])


async def test_a_sweep_that_finds_a_master_key_missing_goes_on(
    store: Kept, db: Database, caplog: pytest.LogCaptureFixture
) -> None:
    await store.vault.sealer(HERE, RESIDENT.sub)
    other = Vault(db, utc_now, Masters("new", {"new": fresh_key()}))
    assert await KeysInUse(store.cases, other).once(utc_now) == 0
    assert "keys of contacts can't be read" in caplog.text
