"""PDFs from strangers: the pages are kept as they look, and nothing that acts or tells; the rest is refused."""

import zlib
from io import BytesIO

import pikepdf
import pytest
from PIL import Image

from services.issues.uploads.documents import (
    MAX_BYTES,
    MAX_PAGES,
    DocumentEncrypted,
    DocumentTooLarge,
    NotADocument,
    clean,
)
from tests.unit.issues.uploads.papers import SECRET, a_bomb, a_paper_of_pictures, a_pdf, plain


async def test_pages_are_kept_and_nothing_that_acts_or_tells() -> None:
    data = a_pdf(pages=2)
    for told in (SECRET.encode(), b"JavaScript", b"cmd.exe", b"evil.exe"):
        assert told in plain(data)

    kept = plain((await clean(data)).data)

    for word in (b"Broken lamp", b"drawn into the page", b"/DCTDecode", b"/Helvetica"):
        assert word in kept
    acting = ("JavaScript", "cmd.exe", "evil.exe", "/AA", "/OpenAction", "/Annots", "/AcroForm", "/Names", "/Launch")
    telling = ("SECRET", "/Info", "/Metadata", "/PieceInfo", "Exif", "/Producer", "/XFA")
    assert [word for word in (*acting, *telling) if word.encode() in kept] == []
    with pikepdf.open(BytesIO((await clean(data)).data)) as pdf:
        assert len(pdf.pages) == 2


async def test_pictures_stay_as_they_look_without_what_their_labels_tell() -> None:
    data = a_paper_of_pictures()
    assert plain(data).count(SECRET.encode()) == 6
    kept = (await clean(data)).data
    assert SECRET.encode() not in plain(kept)
    with pikepdf.open(BytesIO(kept)) as pdf:
        pictures = pdf.pages[0].obj.Resources.XObject
        for name in ("/A", "/B"):
            picture = Image.open(BytesIO(pictures[name].read_raw_bytes())).convert("RGB")
            assert (picture.size, picture.getpixel((30, 30))) in [((64, 64), (254, 0, 0)), ((64, 64), (255, 0, 0))]


async def test_cleaned_again_it_says_the_same() -> None:
    once = (await clean(a_pdf())).data
    assert plain((await clean(once)).data) == plain(once)


@pytest.mark.parametrize("passwords", [("", "owner"), ("user", "owner")])
async def test_what_is_encrypted_is_refused(passwords: tuple[str, str]) -> None:
    user, owner = passwords
    with pytest.raises(DocumentEncrypted):
        await clean(a_pdf(encryption=pikepdf.Encryption(user=user, owner=owner)))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"%PDF-1.7\n",
        b"%PDF-1.7\n" + b"x" * 2000,
        a_pdf()[:-700],
        b"\xff\xd8\xff\xe0" + a_pdf(),
        b"<html><script>alert(1)</script>" + a_pdf(),
        b"PK\x03\x04" + a_pdf(),
    ],
)
async def test_what_is_broken_or_begins_as_something_else_is_refused(data: bytes) -> None:
    with pytest.raises(NotADocument):
        await clean(data)


async def test_what_stands_behind_the_pdf_is_left_behind() -> None:
    kept = await clean(a_pdf() + b"\nPK\x03\x04<script>alert(1)</script>")
    assert b"PK\x03\x04" not in kept.data
    assert b"<script>" not in kept.data


async def test_too_many_pages_or_bytes_are_refused() -> None:
    with pytest.raises(DocumentTooLarge):
        await clean(a_pdf(pages=MAX_PAGES + 1))
    with pytest.raises(DocumentTooLarge):
        await clean(a_pdf() + bytes(MAX_BYTES))


async def test_what_unfolds_without_end_harms_nobody() -> None:
    bomb = a_bomb(megabytes=600)
    assert len(bomb) < MAX_BYTES
    try:
        kept = await clean(bomb)
    except NotADocument:
        return
    assert len(kept.data) < 10_000


async def test_what_is_larger_once_it_is_kept_is_refused() -> None:
    """A picture packed twice: of kilobytes as it is sent, of megabytes as it would be kept."""
    pdf = pikepdf.Pdf.open(BytesIO(a_paper_of_pictures()))
    picture = pdf.pages[0].obj.Resources.XObject["/A"]
    jpeg = picture.read_raw_bytes()
    last = jpeg.index(b"\xff\xd9")
    twice = pikepdf.Array([pikepdf.Name.FlateDecode, pikepdf.Name.DCTDecode])
    picture.write(zlib.compress(jpeg[:last] + bytes(MAX_BYTES) + jpeg[last:]), filter=twice)
    out = BytesIO()
    pdf.save(out, stream_decode_level=pikepdf.StreamDecodeLevel.none)
    assert len(out.getvalue()) < 100_000
    with pytest.raises(DocumentTooLarge):
        await clean(out.getvalue())
