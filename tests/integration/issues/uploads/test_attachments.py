"""Photos, recordings and PDFs over HTTP: what is kept, who may have it, how much, and what is cleared away."""

from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from typing import Any

import pytest

from services.chassis.clock import utc_now
from services.chassis.principal import Principal
from services.chassis.room import Room
from services.chassis.store.mongo import Database
from services.issues.cases.store import (
    attached_to,
    attached_to_any,
    contacts_ended,
    sealed_with,
    shown_in_any,
    words_ended,
)
from services.issues.cases.uploads_shown import UploadsShown
from services.issues.rounds.store import found_in_any
from services.issues.settings import IssuesSettings
from services.issues.uploads.allowance import Allowance, Limits, UploadsUsedUp
from services.issues.uploads.tidying import LooseUploads
from tests.integration import standing
from tests.integration.calling import Hand
from tests.integration.issues.calling import Answer, Api, a_community
from tests.integration.issues.kept import Kept
from tests.integration.issues.uploads.pictures import a_picture
from tests.unit.issues.uploads.papers import SECRET, a_pdf, plain
from tests.unit.issues.uploads.sounds import a_wav, an_m4a, an_ogg
from tests.unit.issues.uploads.test_labels import SHIJIAZHUANG, a_photo
from tests.unit.issues.world import (
    HANDLER,
    HERE,
    NEIGHBOUR,
    OTHER_HANDLER,
    RESIDENT,
    STAFF,
    STRANGER,
    SUPERVISOR,
)

TRICK = "../../../etc/cron.d/x\r\nSet-Cookie: a=b;.html"


async def send(api: Api, by: Principal, data: bytes, name: str = TRICK, kind: str = "text/html") -> Answer:
    return await api.upload(by, "/attachments", "file", (name, data, kind))


async def kept(api: Api, by: Principal, data: bytes) -> str:
    answer = await send(api, by, data)
    assert answer.status == 201, answer.json
    return str(answer.json["id"])


async def a_dispatched(api: Api, **more: Any) -> str:
    unit, [building, *_] = await a_community(api, buildings=1)
    body = {"community": HERE, "category": "noise", "place": building, "text": "很吵", **more}
    id = str((await api.made(RESIDENT, "/cases", body))["id"])
    await api.made(STAFF, f"/cases/{id}/accept", {})
    await api.made(STAFF, f"/cases/{id}/dispatch", {"unit": unit})
    return id


async def test_a_recording_is_kept_without_its_labels_and_read_in_parts(api: Api) -> None:
    sent = await send(api, RESIDENT, an_m4a(seconds=12))
    assert (sent.json["kind"], sent.json["media_type"], sent.json["seconds"]) == ("recording", "audio/mp4", 12.0)
    whole = await api.get(RESIDENT, f"/attachments/{sent.json['id']}")
    assert b"SECRET" not in whole.content
    assert whole.headers["content-type"] == "audio/mp4"
    assert whole.headers["content-disposition"] == f'attachment; filename="{sent.json["id"]}.m4a"'
    assert whole.headers["x-content-type-options"] == "nosniff"
    assert whole.headers["cache-control"].startswith("private")
    assert "sandbox" in whole.headers["content-security-policy"]
    assert "Set-Cookie" not in str(whole.headers)
    size = len(whole.content)
    for asked, first, last in (("bytes=0-9", 0, 9), ("bytes=10-", 10, size - 1), ("bytes=-5", size - 5, size - 1)):
        part = await api.get(RESIDENT, f"/attachments/{sent.json['id']}", {"Range": asked})
        assert (part.status, part.content) == (206, whole.content[first : last + 1])
        assert part.headers["content-range"] == f"bytes {first}-{last}/{size}"
    beyond = await api.get(RESIDENT, f"/attachments/{sent.json['id']}", {"Range": f"bytes={size}-"})
    assert (beyond.status, beyond.code) == (416, "attachment.range-not-there")
    odd = await api.get(RESIDENT, f"/attachments/{sent.json['id']}", {"Range": "bytes=0-1,3-4"})
    assert (odd.status, len(odd.content)) == (200, size)


async def test_a_pdf_is_kept_as_its_pages(api: Api) -> None:
    data = a_pdf()
    id = await kept(api, RESIDENT, data)
    got = await api.get(RESIDENT, f"/attachments/{id}")
    assert got.headers["content-type"] == "application/pdf"
    content = plain(got.content)
    assert b"Broken lamp" in content
    assert SECRET.encode() not in content
    assert await kept(api, RESIDENT, data) == id


@pytest.mark.parametrize(
    ("data", "status", "code"),
    [
        (b"", 422, "attachment.not-readable"),
        (b"<html><script>alert(1)</script>", 422, "attachment.not-readable"),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='x()'/>", 422, "attachment.not-readable"),
        (a_picture(), 422, "attachment.not-readable"),
        (b"PK\x03\x04" + bytes(100), 422, "attachment.not-readable"),
        (an_ogg() + b"<html>", 422, "recording.not-readable"),
        (b"%PDF-1.7\n<html>", 422, "document.not-readable"),
        (a_wav() + bytes(10 * 1024 * 1024), 413, "recording.too-long"),
        (an_m4a(seconds=7200), 413, "recording.too-long"),
    ],
    ids=range(9),
)
async def test_what_is_neither_is_refused_and_leaves_nothing(
    api: Api, db: Database, data: bytes, status: int, code: str
) -> None:
    refused = await send(api, RESIDENT, data)
    assert (refused.status, refused.code) == (status, code)
    for name in ("attachments", "attached.files", "attached.chunks"):
        assert await db[name].count_documents({}) == 0


async def test_who_may_have_what_a_case_holds(api: Api) -> None:
    voice, paper = await kept(api, RESIDENT, a_wav()), await kept(api, RESIDENT, a_pdf())
    loose = await kept(api, RESIDENT, an_ogg())
    id = await a_dispatched(api, attachments=[voice, paper])
    report = await kept(api, HANDLER, a_pdf(pages=2))
    await api.made(HANDLER, f"/cases/{id}/handle", {"attachments": [report]})
    inside = (await api.get(HANDLER, f"/cases/{id}")).json["inside"]
    assert (inside["attachments"], inside["attachments_after"]) == ([voice, paper], [report])

    may: dict[str, list[bool]] = {}
    for by in (RESIDENT, STAFF, SUPERVISOR, HANDLER, NEIGHBOUR, OTHER_HANDLER, STRANGER):
        answers = [await api.get(by, f"/attachments/{each}") for each in (voice, paper, report, loose)]
        may[by.sub] = [answer.status == 200 for answer in answers]
        assert {answer.status for answer in answers} <= {200, 404}
    everything, case, nothing = [True] * 4, [True, True, True, False], [False] * 4
    assert may == {
        RESIDENT.sub: everything,
        STAFF.sub: everything,
        SUPERVISOR.sub: everything,
        HANDLER.sub: case,
        NEIGHBOUR.sub: nothing,
        OTHER_HANDLER.sub: nothing,
        STRANGER.sub: nothing,
    }
    assert (await api.get(None, f"/attachments/{voice}")).status == 401
    assert (await api.get(STAFF, "/attachments/nothing")).status == 404


@pytest.mark.parametrize("flag", ["anonymous", "minor"])
async def test_the_unit_does_not_hear_the_voice_of_who_is_nameless_or_a_child(api: Api, flag: str) -> None:
    voice, paper = await kept(api, RESIDENT, a_wav()), await kept(api, RESIDENT, a_pdf())
    await a_dispatched(api, attachments=[voice, paper], **{flag: True})
    statuses = [(await api.get(HANDLER, f"/attachments/{each}")).status for each in (voice, paper)]
    assert statuses == [404, 200]
    assert (await api.get(STAFF, f"/attachments/{voice}")).status == 200


async def test_attachments_of_others_and_too_many_are_refused(api: Api) -> None:
    theirs = await kept(api, NEIGHBOUR, a_wav())
    _, [building, *_] = await a_community(api, buildings=1)
    body = {"community": HERE, "category": "noise", "place": building}
    refused = await api.post(RESIDENT, "/cases", {**body, "attachments": [theirs]})
    assert (refused.status, refused.code) == (422, "attachment.not-yours")
    many = await api.post(RESIDENT, "/cases", {**body, "attachments": [f"a{n}" for n in range(6)]})
    assert (many.status, many.code) == (422, "request.invalid")


async def test_a_photo_offers_its_place_once_and_keeps_it_nowhere(api: Api, db: Database) -> None:
    data = a_photo(SHIJIAZHUANG, "2026:11:26 09:30:00", "+08:00")
    sent = await api.photo(RESIDENT, data)
    assert sent.json["taken"] == {
        "point": {"lon": 114.5145, "lat": 38.0426667, "datum": "WGS84"},
        "accuracy": None,
        "at": "2026-11-26T01:30:00Z",
    }
    for path in (f"/photos/{sent.json['id']}", f"/photos/{sent.json['id']}/thumbnail"):
        answer = await api.get(STAFF, path)
        assert b"Exif" not in answer.content
        assert answer.headers["x-content-type-options"] == "nosniff"
    assert "114.5145" not in str(await db["photos"].find({}).to_list(10))
    assert (await api.photo(RESIDENT, a_picture())).json["taken"] == {"point": None, "accuracy": None, "at": None}


@pytest.mark.parametrize("behind", [b"PK\x03\x04zip", b"<html><script>alert(1)</script>", a_pdf()])
async def test_a_picture_that_is_something_else_as_well_is_only_a_picture_afterwards(api: Api, behind: bytes) -> None:
    sent = await api.photo(RESIDENT, a_photo() + behind)
    assert sent.status == 201
    for path in ("", "/thumbnail"):
        assert behind[:12] not in (await api.get(RESIDENT, f"/photos/{sent.json['id']}{path}")).content


async def test_a_body_of_a_hundred_megabytes_is_refused_before_it_is_read(api: Api) -> None:
    pulled = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal pulled
        yield b'--x\r\nContent-Disposition: form-data; name="file"; filename="x"\r\n\r\n'
        for _ in range(100):
            pulled += 1
            yield bytes(1024 * 1024)

    kind = {"Content-Type": "multipart/form-data; boundary=x"}
    told = await api.body(RESIDENT, "/attachments", b"x", {**kind, "Content-Length": str(100 * 1024 * 1024)})
    assert told.status == 413
    untold = await api.body(RESIDENT, "/attachments", endless(), kind)
    assert untold.status == 413
    assert pulled < 30


async def test_one_person_uploads_so_much_a_day(store: Kept, db: Database) -> None:
    clock = Hand(utc_now())
    allowance = Allowance((db["photos"], db["attachments"]), clock, Limits(3, 1, 4))
    owner = await store.vault.alias(RESIDENT.sub)
    for colour in ("red", "blue"):
        await store.photos.keep(HERE, a_picture(colour), RESIDENT)
    await allowance.require(owner, HERE, RESIDENT)
    await store.attachments.keep(HERE, a_wav(), RESIDENT)
    with pytest.raises(UploadsUsedUp) as refused:
        await allowance.require(owner, HERE, RESIDENT)
    assert 60 <= refused.value.params["seconds"] <= 86_400
    await allowance.require(owner, HERE, STAFF)
    await allowance.require(owner, "elsewhere", RESIDENT)
    await allowance.require(await store.vault.alias(NEIGHBOUR.sub), HERE, NEIGHBOUR)
    clock.wait(timedelta(days=1, minutes=1))
    await allowance.require(owner, HERE, RESIDENT)
    await db["attachments"].update_many({}, {"$set": {"size": 2_000_000, "uploaded_at": clock()}})
    with pytest.raises(UploadsUsedUp):
        await allowance.require(owner, HERE, RESIDENT)


def tidying(store: Kept) -> LooseUploads:
    """The sweep over uploads whose clock the test moves."""
    return LooseUploads(store.photos, store.attachments, UploadsShown(store.cases, store.visits, store.vault))


async def test_what_nothing_shows_goes_after_some_days(api: Api, store: Kept, settings: IssuesSettings) -> None:
    shown, loose = (await api.photo(RESIDENT)).json["id"], (await api.photo(NEIGHBOUR)).json["id"]
    voice, unheard = await kept(api, RESIDENT, a_wav()), await kept(api, RESIDENT, an_ogg())
    id = await a_dispatched(api, before=[shown], attachments=[voice])
    clock = Hand(utc_now())
    store.photos.clock = store.attachments.clock = clock
    sweep = tidying(store)
    assert await sweep.once(clock) == 0

    clock.wait(timedelta(days=settings.loose_upload_days, hours=1))

    assert [await sweep.once(clock), await sweep.once(clock)] == [2, 0]
    statuses = [
        (await api.get(STAFF, path)).status
        for path in (f"/photos/{shown}", f"/photos/{loose}", f"/attachments/{voice}", f"/attachments/{unheard}")
    ]
    assert statuses == [200, 404, 200, 404]
    await store.photos.look_again([shown])
    await store.cases.collection.update_one({"_id": id}, {"$set": {"state.before": []}})
    clock.wait(timedelta(days=settings.loose_upload_days, hours=1))
    assert await sweep.once(clock) == 1


async def test_what_is_named_again_stays_some_days_more(store: Kept, settings: IssuesSettings) -> None:
    photo = await store.photos.keep(HERE, a_picture(), RESIDENT)
    clock = Hand(utc_now() + timedelta(days=settings.loose_upload_days, hours=1))
    store.photos.clock = clock
    [due] = await store.photos.perhaps_loose(10)
    await store.photos.require([photo.id], HERE, RESIDENT)
    assert not await store.photos.delete_loose(due)
    assert await tidying(store).once(clock) == 0
    assert (await store.photos.get(photo.id)).owner is not None


async def test_files_of_a_process_that_died_are_deleted_and_no_others(
    store: Kept, opened: Sequence[Room], db: Database
) -> None:
    photo = await store.photos.keep(HERE, a_picture(), RESIDENT)
    recording = await store.attachments.keep(HERE, a_wav(), RESIDENT)
    unnamed = await store.photos.upload("photo-of-nobody", bytes(400_000))
    half = await store.attachments.upload("attachment-half", bytes(400_000))
    await db["attached.files"].delete_one({"_id": half})
    clock = Hand(utc_now())
    sweep = standing.sweep(opened, "orphaned-files")
    assert await sweep.once(clock) == 0

    clock.wait(timedelta(days=1, minutes=1))

    assert [await sweep.once(clock), await sweep.once(clock)] == [2, 0]
    assert await db["pictures.chunks"].count_documents({"files_id": unnamed}) == 0
    assert await db["attached.chunks"].count_documents({"files_id": half}) == 0
    assert len(await store.photos.read(photo, thumbnail=False)) > 100
    assert await store.attachments.read(recording)
    late = await store.photos.upload("photo-late", b"x")
    clock.wait(timedelta(days=1))
    assert await sweep.once(clock) == 1
    assert await db["pictures.files"].count_documents({"_id": late}) == 0


QUERIES: list[tuple[str, dict[str, Any]]] = [
    ("cases", attached_to("a")),
    ("cases", attached_to_any(["a", "b"])),
    ("cases", shown_in_any(["a", "b"])),
    ("visits", found_in_any(["a", "b"])),
    ("cases", contacts_ended(utc_now(), utc_now())),
    ("cases", sealed_with(["k"])),
    ("cases", words_ended(utc_now())),
    ("photos", {"owner": "x", "uploaded_at": {"$gt": utc_now()}, "community": HERE}),
    ("photos", {"check_at": {"$lte": utc_now()}}),
    ("attachments", {"owner": "x"}),
]


def _fields(collection_or_query: str | dict[str, Any]) -> str:
    """The id of a case of the test: it holds no time, so that every process calls it the same."""
    return collection_or_query if isinstance(collection_or_query, str) else "-".join(collection_or_query)


@pytest.mark.parametrize(("collection", "query"), QUERIES, ids=_fields)
async def test_each_is_found_by_an_index(store: Kept, db: Database, collection: str, query: dict[str, Any]) -> None:
    explained = await db[collection].find(query).explain()
    assert "COLLSCAN" not in str(explained["queryPlanner"]["winningPlan"])
