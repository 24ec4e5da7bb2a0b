"""Photos in GridFS: one per picture and person, whole or not at all, gone when deleted."""

import asyncio
from io import BytesIO

import pytest
from PIL import Image

from services.chassis.errors import NotYours, UnknownAggregate
from services.chassis.store.mongo import Database
from services.issues.uploads.images import NotAPicture
from services.issues.uploads.photos import NotYourPhoto
from tests.integration.issues.kept import Kept
from tests.integration.issues.uploads.pictures import a_picture
from tests.unit.issues.world import HERE, NEIGHBOUR, RESIDENT, STRANGER


async def leftovers(db: Database) -> tuple[int, int, int]:
    names = ("photos", "pictures.files", "pictures.chunks")
    about, files, chunks = [await db[name].count_documents({}) for name in names]
    return about, files, chunks


async def test_the_same_picture_sent_many_times_at_once_is_one_photo(store: Kept, db: Database) -> None:
    sent = await asyncio.gather(*(store.photos.keep(HERE, a_picture(), RESIDENT) for _ in range(6)))
    assert len({photo.id for photo in sent}) == 1
    assert await leftovers(db) == (1, 2, 2)
    assert (await store.photos.keep(HERE, a_picture(), NEIGHBOUR)).id != sent[0].id


async def test_what_is_read_is_the_drawing_and_its_thumbnail(store: Kept) -> None:
    photo = await store.photos.keep(HERE, a_picture(), RESIDENT)
    for thumbnail, side in ((False, 400), (True, 320)):
        image = Image.open(BytesIO(await store.photos.read(photo, thumbnail=thumbnail)))
        assert (image.format, image.size) == ("JPEG", (side, side))


async def test_nothing_is_kept_of_what_is_refused(store: Kept, db: Database) -> None:
    with pytest.raises(NotAPicture):
        await store.photos.keep(HERE, b"%PDF-1.7", RESIDENT)
    with pytest.raises(NotYours):
        await store.photos.keep(HERE, a_picture(), STRANGER)
    assert await leftovers(db) == (0, 0, 0)


async def test_a_command_names_photos_of_who_asks_in_the_community_only(store: Kept) -> None:
    photo = await store.photos.keep(HERE, a_picture(), RESIDENT)
    await store.photos.require((photo.id, photo.id), HERE, RESIDENT)
    for ids, community, by in (
        ((photo.id, "photo-x"), HERE, RESIDENT),
        ((photo.id,), HERE, NEIGHBOUR),
        ((photo.id,), "elsewhere", RESIDENT),
    ):
        with pytest.raises(NotYourPhoto):
            await store.photos.require(ids, community, by)


async def test_deleted_is_gone_and_may_be_deleted_again(store: Kept, db: Database) -> None:
    photo = await store.photos.keep(HERE, a_picture(), RESIDENT)
    for _ in range(2):
        await store.photos.delete(photo.id)
    assert await leftovers(db) == (0, 0, 0)
    with pytest.raises(UnknownAggregate):
        await store.photos.get(photo.id)
