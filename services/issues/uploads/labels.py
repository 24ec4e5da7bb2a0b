"""Reads from a picture's labels where and when it was taken, before it is drawn anew without them.

The place is offered to the sender, who decides whether it is the place of the case. Only the time is stored, beside the
picture, for people who weigh it as evidence.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from io import BytesIO
from typing import Any

from PIL import Image

from services.issues.places.domain.datum import GivenPoint
from services.issues.uploads.images import is_boxed, unpacked

_GPS, _EXIF = 0x8825, 0x8769
_LAT_REF, _LAT, _LON_REF, _LON, _ACCURACY, _DATUM = 1, 2, 3, 4, 31, 18
_TAKEN, _TAKEN_OFFSET = 0x9003, 0x9011
_LARGE = 1e9
_LOCAL = timezone(timedelta(hours=8))
"""Cameras write local time; those that say no offset are taken to be at home."""


@dataclass(frozen=True, slots=True)
class Taken:
    """The place and time at which a picture was taken; None where the labels don't tell, or not credibly. `accuracy` is
    in metres."""

    point: GivenPoint | None = None
    accuracy: float | None = None
    at: datetime | None = None


def taken(data: bytes) -> Taken:
    """Read the labels of the picture in `data`."""
    try:
        labels = _labels(data)
        gps = labels.get_ifd(_GPS)
        return Taken(_place(gps), _number(gps.get(_ACCURACY)), _time(labels.get_ifd(_EXIF)))
    except Exception:  # labels are hostile bytes, and Pillow answers them with errors of nearly every type
        return Taken()


def _labels(data: bytes) -> Image.Exif:
    if is_boxed(data):
        labels = Image.Exif()
        labels.load(unpacked(data, side=0).exif)
        return labels
    with Image.open(BytesIO(data), formats=("JPEG", "PNG", "WEBP")) as image:
        return Image.Image.getexif(image)  # a PNG's own would unpack its pixels, to look behind them


def _place(gps: Mapping[int, Any]) -> GivenPoint | None:
    datum = str(gps.get(_DATUM, "WGS-84")).strip("\0 ").upper().replace("-", "").replace(" ", "")
    if _LAT not in gps or _LON not in gps or datum not in ("WGS84", "WGS1984", ""):
        return None
    latitude = _degrees(gps[_LAT], gps.get(_LAT_REF), "S")
    longitude = _degrees(gps[_LON], gps.get(_LON_REF), "W")
    if latitude is None or longitude is None or (latitude == longitude == 0):
        return None
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        return None
    return GivenPoint(lon=longitude, lat=latitude)


def _degrees(parts: Any, reference: Any, negative: str) -> float | None:
    numbers = [_number(part) for part in parts] if isinstance(parts, tuple | list) else []
    if len(numbers) != 3 or any(number is None or not number >= 0 for number in numbers):
        return None
    degrees, minutes, seconds = (number or 0.0 for number in numbers)
    value = degrees + minutes / 60 + seconds / 3600
    return round(-value if str(reference).strip("\0 ").upper() == negative else value, 7)


def _number(value: Any) -> float | None:
    try:
        number = float(value)
    except (TypeError, ValueError, ZeroDivisionError):
        return None
    return number if abs(number) < _LARGE else None


def _time(labels: Mapping[int, Any]) -> datetime | None:
    try:
        local = datetime.strptime(str(labels[_TAKEN]).strip("\0 "), "%Y:%m:%d %H:%M:%S")  # noqa: DTZ007  zone follows
    except (KeyError, ValueError):
        return None
    return local.replace(tzinfo=_offset(labels.get(_TAKEN_OFFSET))).astimezone(UTC)


def _offset(text: Any) -> timezone:
    try:
        said = datetime.strptime(str(text).strip("\0 "), "%z").utcoffset()
    except ValueError:
        said = None
    return _LOCAL if said is None else timezone(said)
