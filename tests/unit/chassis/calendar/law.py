"""The statutory holidays of years that no arrangement was announced for, as a printed calendar has them."""

from datetime import date, timedelta


def _days(text: str) -> frozenset[date]:
    """The days of `2027-02-05/10 …`: one, or from one to another of the same month."""
    found = set[date]()
    for each in text.split():
        first, _, last = each.partition("/")
        begin = date.fromisoformat(first)
        found |= {begin + timedelta(days=n) for n in range(int(last or begin.day) - begin.day + 1)}
    return frozenset(found)


HOLIDAYS = {
    2027: _days("2027-01-01 2027-02-05/08 2027-04-05 2027-05-01/02 2027-06-09 2027-09-15 2027-10-01/03"),
    2028: _days("2028-01-01 2028-01-25/28 2028-04-04 2028-05-01/02 2028-05-28 2028-10-01/04"),
    2029: _days("2029-01-01 2029-02-12/15 2029-04-04 2029-05-01/02 2029-06-16 2029-09-22 2029-10-01/03"),
    2030: _days("2030-01-01 2030-02-02/05 2030-04-05 2030-05-01/02 2030-06-05 2030-09-12 2030-10-01/03"),
}
"""New Year, Spring Festival from its eve on, Qingming, Labour Day, Dragon Boat, Mid-Autumn, National Day (Order 795).
Mid-Autumn of 2028 is October 3rd, so that its National Day has four days."""
ALL = sorted(day for days in HOLIDAYS.values() for day in days)
