"""Datums: the shifts as published, there and back, and no shift abroad."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from services.issues.places.domain.datum import (
    Datum,
    Degrees,
    GivenPoint,
    Point,
    from_wgs84,
    metres_between,
    to_wgs84,
)

SHIFTED = [
    ((121.5272106, 31.1774276), (121.531541859215, 31.17530398364597)),
    ((113.912316, 22.543847), (113.9171764808363, 22.540796131694766)),
    ((116.377817, 39.911954), (116.38404722455657, 39.91334545536069)),
    ((116.404, 39.915), (116.41024449916938, 39.91640428150164)),
]
"""WGS-84 and GCJ-02 of Shanghai, Shenzhen and Beijing, as the tests of eviltransform and coordtransform have them."""

in_china = st.tuples(st.floats(73.7, 135), st.floats(3.6, 53.5))
anywhere = st.tuples(st.floats(-180, 180), st.floats(-90, 90))


@pytest.mark.parametrize(("wgs84", "gcj02"), SHIFTED)
def test_the_shift_is_the_published_one(wgs84: Degrees, gcj02: Degrees) -> None:
    assert from_wgs84(wgs84, Datum.GCJ02) == pytest.approx(gcj02, abs=1e-9)
    assert metres_between(to_wgs84(gcj02, Datum.GCJ02), wgs84) < 0.01


def test_baidus_shift_is_the_published_one() -> None:
    of_gcj02 = to_wgs84((116.404, 39.915), Datum.GCJ02)
    assert from_wgs84(of_gcj02, Datum.BD09) == pytest.approx((116.41036949371029, 39.92133699351021), abs=1e-8)
    back = from_wgs84(to_wgs84((116.404, 39.915), Datum.BD09), Datum.GCJ02)
    assert metres_between(back, (116.39762729119315, 39.90865673957631)) < 0.1


@given(in_china, st.sampled_from(Datum))
def test_there_and_back_is_the_same_place(place: Degrees, datum: Datum) -> None:
    given_point = GivenPoint(lon=place[0], lat=place[1], datum=datum)
    back = given_point.point().as_given()
    assert back.datum is datum
    assert metres_between((back.lon, back.lat), place) < 0.1


@given(in_china)
def test_the_shift_is_a_few_hundred_metres(place: Degrees) -> None:
    assert 20 < metres_between(from_wgs84(place, Datum.GCJ02), place) < 1500


@given(anywhere, st.sampled_from(Datum))
def test_nothing_given_on_the_map_leaves_it(place: Degrees, datum: Datum) -> None:
    point = GivenPoint(lon=place[0], lat=place[1], datum=datum).point()
    assert -180 <= point.lon <= 180
    assert -90 <= point.lat <= 90
    point.as_given()


@pytest.mark.parametrize("place", [(2.35, 48.85), (-122.4, 37.8), (139.77, 35.68), (151.2, -33.9)])
def test_abroad_gcj02_is_wgs84(place: Degrees) -> None:
    assert from_wgs84(place, Datum.GCJ02) == place == to_wgs84(place, Datum.GCJ02)


@pytest.mark.parametrize("wrong", [{"lon": 181}, {"lat": -91}, {"lon": float("nan")}, {"lat": float("inf")}])
def test_what_is_nowhere_is_refused(wrong: dict[str, float]) -> None:
    for kind in (GivenPoint, Point):
        with pytest.raises(ValidationError):
            kind.model_validate({"lon": 116.4, "lat": 39.9, **wrong})
