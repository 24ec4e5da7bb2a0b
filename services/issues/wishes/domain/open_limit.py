"""How many unanswered wishes one resident may have: each takes a seat, and the store gives a seat to one wish only.

So proposals made side by side, none of which has seen the others, can't pass the limit together.
"""

from collections.abc import Sequence

from services.chassis.errors import Conflict

MAX_OPEN = 20
"""Unanswered wishes of one resident in one community."""


class TooManyWishes(
    Conflict,
    code="wish.too-many-open",
    zh="您还有 {limit} 个心愿等待答复，请等答复后再提。",
    en="{limit} of your wishes wait for an answer; wait for one before you propose another.",
):
    """Every wish is owed an answer; one person can't ask for all of them."""


def free_seat(taken: Sequence[int | None]) -> int:
    """A seat for one more, where the open wishes of a resident have `taken` theirs; those without one count as well.

    Raises:
        TooManyWishes: there is none.
    """
    if len(taken) >= MAX_OPEN:
        raise TooManyWishes(limit=MAX_OPEN)
    return min(set(range(MAX_OPEN - taken.count(None))).difference(taken))
