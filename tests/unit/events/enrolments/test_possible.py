"""What can be done with an enrolment is what its rules let the caller do."""

from datetime import timedelta

from services.contracts.activities import SeriesStatus
from services.events.enrolments import domain as rules
from services.events.enrolments.domain import Enrol
from services.events.enrolments.possible import possible
from services.events.series.domain import series as all_series
from services.events.series.domain.series import Series
from tests.unit.events.given import HOME, NOW, STAFF, START, plan, resident

ME = resident(1)


def _series(count: int = 3) -> Series:
    rule = f"FREQ=WEEKLY;BYDAY=SA;COUNT={count}"
    return all_series.start("series-1", HOME, plan(), rule, STAFF, NOW).aggregate


def test_can_follows_the_enrolment_through_its_life() -> None:
    series = _series()
    days = [each.on for each in series.occurrences(NOW.date())]
    made = rules.enrol("enrolment-1", series, Enrol(), "resident-1", ME, NOW).aggregate

    def can(enrolment: rules.Enrolment, by: object = ME, theirs: Series = series, later: int = 0) -> set[str]:
        who = ME if by is ME else STAFF if by is STAFF else resident(2)
        return {each.command for each in possible(enrolment, theirs, who, NOW + timedelta(days=later))}

    assert can(made) == can(made, STAFF) == {"leave-out", "change", "end"}
    assert can(made, None) == set()
    one_out = rules.leave_out(made, series, days[0], ME, NOW).aggregate
    assert can(one_out) == {"leave-out", "take", "change", "end"}
    none_left = one_out
    for day in days[1:]:
        none_left = rules.leave_out(none_left, series, day, ME, NOW).aggregate
    assert can(none_left) == {"take", "end"}
    assert can(none_left, later=(START - NOW).days + 30) == {"end"}
    left = rules.end(made, ME).aggregate
    assert can(left) == {"again"}
    over = series.model_copy(update={"status": SeriesStatus.ENDED})
    assert can(left, theirs=over) == set()


def test_a_date_that_has_begun_hides_no_later_one_that_may_be_taken() -> None:
    series = _series()
    days = [each.on for each in series.occurrences(NOW.date())]
    out = rules.enrol("enrolment-1", series, Enrol(left_out=tuple(days[:2])), "resident-1", ME, NOW).aggregate
    begun = START + timedelta(minutes=1)
    assert "take" in {each.command for each in possible(out, series, ME, begun)}
    first = out.model_copy(update={"left_out": (days[0],)})
    assert "take" not in {each.command for each in possible(first, series, ME, begun)}
