"""Points on the map, and the datums that maps in China use: WGS-84 (GPS), GCJ-02 (公开地图), BD-09 (百度).

Degrees everywhere; longitude before latitude, as GeoJSON has them. A point is kept as WGS-84 with the datum it came in.
"""

from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Longitude = Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)]
Latitude = Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False)]


class Datum(StrEnum):
    """What coordinates refer to."""

    WGS84 = "WGS84"
    GCJ02 = "GCJ-02"
    BD09 = "BD-09"


class Point(BaseModel):
    """A place on the earth: `lon` and `lat` are WGS-84, `datum` is what the source spoke."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    lon: Longitude
    lat: Latitude
    datum: Datum = Datum.WGS84
