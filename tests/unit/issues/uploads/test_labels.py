"""What a picture's labels say of place and time, and that lies in them harm nobody."""

import math
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from PIL.PngImagePlugin import PngImageFile
from PIL.TiffImagePlugin import IFDRational
from pillow_heif import from_pillow

from services.issues.uploads.images import redraw
from services.issues.uploads.labels import Taken, taken


def a_photo(
    gps: dict[int, Any] | None = None, when: str | None = None, offset: str | None = None, kind: str = "JPEG"
) -> bytes:
    labels = Image.Exif()
    labels[0x010E] = "a lamp"
    for tag, value in (gps or {}).items():
        labels.get_ifd(0x8825)[tag] = value
    for tag, text in ((0x9003, when), (0x9011, offset)):
        if text is not None:
            labels.get_ifd(0x8769)[tag] = text
    out, image = BytesIO(), Image.new("RGB", (40, 30), "red")
    if kind == "HEIC":
        from_pillow(image).save(out, exif=labels.tobytes())
    else:
        image.save(out, kind, exif=labels)
    return out.getvalue()


def dms(degrees: float, minutes: float = 0, seconds: float = 0) -> tuple[IFDRational, ...]:
    return tuple(IFDRational(int(part * 1000), 1000) for part in (degrees, minutes, seconds))


SHIJIAZHUANG = {1: "N", 2: dms(38, 2, 33.6), 3: "E", 4: dms(114, 30, 52.2)}


@pytest.mark.parametrize("kind", ["JPEG", "MPO", "HEIC", "AVIF", "PNG", "WEBP"])
def test_place_and_time_are_read_before_they_are_gone(kind: str) -> None:
    data = a_photo(SHIJIAZHUANG | {31: IFDRational(5, 1)}, "2026:11:26 09:30:00", "+08:00", kind)
    said = taken(data)
    assert said.point is not None
    assert (said.point.lat, said.point.lon, said.point.datum) == (38.0426667, 114.5145, "WGS84")
    assert (said.accuracy, said.at) == (5.0, datetime(2026, 11, 26, 1, 30, tzinfo=UTC))
    picture = redraw(data)
    assert taken(picture.full) == taken(picture.thumbnail) == Taken()


def test_reading_labels_unpacks_no_pixels(monkeypatch: pytest.MonkeyPatch) -> None:
    unlabelled = BytesIO()
    unpacked: list[object] = []
    Image.new("RGB", (40, 30), "red").save(unlabelled, "PNG")
    labelled = a_photo(SHIJIAZHUANG, kind="PNG")
    monkeypatch.setattr(PngImageFile, "load", lambda self: unpacked.append(self))
    assert taken(unlabelled.getvalue()) == Taken()
    assert taken(labelled).point is not None
    assert not unpacked


def test_south_and_west_are_negative() -> None:
    point = taken(a_photo({1: "S", 2: dms(33, 30), 3: "W", 4: dms(70, 15)})).point
    assert point is not None
    assert (point.lat, point.lon) == (-33.5, -70.25)


@pytest.mark.parametrize(
    "gps",
    [
        {},
        {1: "N", 2: dms(38)},
        {1: "N", 2: dms(91), 3: "E", 4: dms(114)},
        {1: "N", 2: dms(38), 3: "E", 4: dms(181)},
        {1: "N", 2: dms(0), 3: "E", 4: dms(0)},
        {1: "N", 2: (IFDRational(1, 0), IFDRational(0, 0), IFDRational(0, 1)), 3: "E", 4: dms(114)},
        SHIJIAZHUANG | {18: "TOKYO"},
    ],
)
def test_what_is_no_place_on_earth_is_not_offered(gps: dict[int, Any]) -> None:
    assert taken(a_photo(gps)).point is None


@pytest.mark.parametrize(
    ("when", "offset", "at"),
    [
        ("2026:11:26 09:30:00", None, datetime(2026, 11, 26, 1, 30, tzinfo=UTC)),
        ("2026:11:26 09:30:00", "-05:00", datetime(2026, 11, 26, 14, 30, tzinfo=UTC)),
        ("2026:11:26 09:30:00", "nonsense", datetime(2026, 11, 26, 1, 30, tzinfo=UTC)),
        ("0000:00:00 00:00:00", None, None),
        ("    :  :     :  :  ", None, None),
    ],
)
def test_times_are_local_unless_they_say_otherwise(when: str, offset: str | None, at: datetime | None) -> None:
    assert taken(a_photo(None, when, offset)).at == at


@pytest.mark.filterwarnings("ignore::UserWarning")
@given(place=st.integers(0, 2000), change=st.binary(min_size=1, max_size=12))
def test_broken_labels_are_no_labels(place: int, change: bytes) -> None:
    data = bytearray(a_photo(SHIJIAZHUANG, "2026:11:26 09:30:00"))
    at = place % len(data)
    data[at : at + len(change)] = change
    said = taken(bytes(data))
    if said.point is not None:
        assert (abs(said.point.lon) <= 180, abs(said.point.lat) <= 90) == (True, True)
    assert said.accuracy is None or math.isfinite(said.accuracy)
    assert said.at is None or said.at.tzinfo is UTC


def test_what_can_not_be_read_says_nothing() -> None:
    whole = a_photo(SHIJIAZHUANG, "2026:11:26 09:30:00")
    labels = whole.index(b"Exif")
    assert taken(whole) != Taken()
    for broken in (b"", whole[:labels], whole[: labels + 20], whole.replace(b"Exif", b"Exit")):
        assert taken(broken) == Taken()
