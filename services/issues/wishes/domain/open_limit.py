"""Limits the unanswered wishes of one resident: each takes a seat, and the store gives a seat to one wish only.

So several proposals at the same moment, which don't see each other, can't exceed the limit together.
"""

from collections.abc import Sequence

from services.chassis.errors import Conflict

MAX_OPEN = 20
"""The most unanswered wishes of one resident in one community."""


class TooManyWishes(
    Conflict,
    code="wish.too-many-open",
    zh="您还有 {limit} 个心愿等待答复，请等答复后再提。",
    en="{limit} of your wishes wait for an answer; wait for one before you propose another.",
):
    """The resident has as many unanswered wishes as one person may have, for each is owed an answer."""


def free_seat(taken: Sequence[int | None]) -> int:
    """A seat for one more wish of a resident whose open wishes have the seats `taken`. Wishes without a seat (None)
    count as well.

    Raises:
        TooManyWishes: no seat is free.
    """
    if len(taken) >= MAX_OPEN:
        raise TooManyWishes(limit=MAX_OPEN)
    return min(set(range(MAX_OPEN - taken.count(None))).difference(taken))
