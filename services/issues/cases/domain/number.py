"""The short number of a case, for people to say, write and type: `YG-2611-0042`.

It is made of the prefix of the community, year and month of the report in China, and a count within these. The id stays
what programs use; the number leads nobody to a case that they may not know of.
"""

import re
import unicodedata
from collections.abc import Mapping
from datetime import datetime

from services.chassis.aggregate import Decision, decided, event_from
from services.chassis.values import ZONE
from services.contracts.issues import CaseNumbered
from services.issues.cases.domain.case import Case

PREFIX_PATTERN = r"[A-Z]{1,6}"
_TYPED = re.compile(rf"({PREFIX_PATTERN})-*([0-9]{{4}})-*([0-9]{{1,9}})")
_WORDS = re.compile(r"[a-z]+")
_MOST_INITIALS = 4
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−_·./", "-"))


def prefix_of(community: str, chosen: Mapping[str, str]) -> str:
    """The prefix of `community`: the chosen one, else the initials of the words of its id, or the first two letters of
    the only word."""
    if community in chosen:
        return chosen[community]
    words = _WORDS.findall(community.casefold())
    made = "".join(word[0] for word in words[:_MOST_INITIALS]) if len(words) > 1 else "".join(words)[:2]
    return made.upper() or "C"


def series_of(prefix: str, reported_at: datetime) -> str:
    """The series of numbers in which cases that were reported then are counted."""
    return f"{prefix}-{reported_at.astimezone(ZONE):%y%m}"


def number_in(series: str, count: int) -> str:
    """The number of the case that is the `count`-th of `series`."""
    return f"{series}-{count:04}"


def read_number(typed: str) -> str | None:
    """The number that somebody typed, in whichever width and case, with any dashes or none, and zeros or none; None if
    it is no number."""
    plain = unicodedata.normalize("NFKC", typed).translate(_DASHES).upper()
    found = _TYPED.fullmatch("".join(plain.split()))
    return None if found is None else number_in(f"{found[1]}-{found[2]}", int(found[3]))


def give_number(case: Case, number: str) -> Decision[Case]:
    """Give `number` to a case that has none: those of older versions had none."""
    if case.number is not None:
        return decided(case)
    changed = case.model_copy(update={"number": number})
    return decided(changed, event_from(CaseNumbered, changed))
