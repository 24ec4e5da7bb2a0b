"""Which cases everybody may know of is decided here alone, for a case as it is stored and as a query of the store.

Not public is a case whose category is not, by the edition of the catalogue under which it was filed or by a later one;
and a case that is a part of one that is not public, or that goes on as one (并案), for it tells of the other. Whatever
publishes asks here: topics and states, rows, maps, figures, Open311, lists and counts.

What is withheld from a topic stays in the journal, and is told to those whom `Case.shows_itself_to` names.
"""

from collections.abc import Mapping
from typing import Any

PUBLIC_CASES: Mapping[str, Any] = {"state.public_category": {"$ne": False}, "state.within_private": {"$ne": True}}
"""The query for cases that everybody may know of."""

CATEGORY = "public_category"
WITHIN = "within_private"


def is_public(state: Mapping[str, Any]) -> bool:
    """Whether everybody may know of a case that is stored like this. What is older than the question is public."""
    return bool(state.get(CATEGORY, True)) and not state.get(WITHIN, False)
