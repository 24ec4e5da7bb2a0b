"""The arrangement of a year is loaded as a whole, by who may, and means what was announced."""

from datetime import date

import pytest

from services.chassis.errors import NotYours
from services.chassis.principal import Principal, Role
from services.contracts.issues import CalendarYearLoaded
from services.issues.catalogue.domain.calendars import CalendarMalformed, LoadYear, load_year
from tests.unit.issues.world import HANDLER, HERE, NOW, RESIDENT, STAFF, STRANGER, assert_folds, person

SPRING = LoadYear(off=(date(2027, 2, 8), date(2027, 2, 6)), worked=(date(2027, 2, 20),))
OPERATOR = person("op", Role.OPERATOR)


def test_loaded_again_it_changes_nothing_and_otherwise_it_is_replaced() -> None:
    first = load_year(HERE, 2027, SPRING, None, OPERATOR, NOW)
    assert_folds(None, first)
    assert first.aggregate.off == (date(2027, 2, 6), date(2027, 2, 8))
    assert load_year(HERE, 2027, SPRING, first.aggregate, STAFF, NOW).events == ()
    other = load_year(HERE, 2027, LoadYear(off=(date(2027, 2, 9),)), first.aggregate, STAFF, NOW)
    assert list(map(type, other.events)) == [CalendarYearLoaded]
    assert (other.aggregate.id, other.aggregate.worked) == (first.aggregate.id, ())


@pytest.mark.parametrize(
    "arrangement",
    [
        LoadYear(off=(date(2026, 12, 31),)),
        LoadYear(off=(date(2027, 2, 6),), worked=(date(2027, 2, 10),)),
        LoadYear(off=(date(2027, 2, 6),), worked=(date(2027, 2, 6),)),
    ],
    ids=["of another year", "worked on a weekday", "off and worked"],
)
def test_what_an_arrangement_can_not_mean_is_refused(arrangement: LoadYear) -> None:
    with pytest.raises(CalendarMalformed):
        load_year(HERE, 2027, arrangement, None, OPERATOR, NOW)


@pytest.mark.parametrize("by", [RESIDENT, HANDLER, STRANGER], ids=lambda by: by.sub)
def test_staff_and_operators_of_the_community_load_it(by: Principal) -> None:
    with pytest.raises(NotYours):
        load_year(HERE, 2027, SPRING, None, by, NOW)
