"""The values that texts of a kind may use, with their types, from the routes that make messages of the kind."""

from collections.abc import Mapping
from datetime import datetime

from services.notify.routing.domain.kinds import ASKING
from services.notify.routing.domain.table import Route, Tell, kind_of
from services.notify.routing.editions import Editions
from services.notify.routing.shipped import RULES, TABLE
from services.notify.shared.values import ANSWER_LINK

_OF_SUBJECTS: Mapping[str, Mapping[str, type]] = {
    "case": {"title": str, "category": str},
    "wish": {"title": str},
    "activity": {"title": str, "starts_at": datetime, "ends_at": datetime, "venue": str},
    "need": {"work": str, "starts_at": datetime, "activity_title": str, "venue": str},
    "place": {"title": str},
}
"""The values that are known of a subject beside those of the event, by kind of subject."""

_OF_ITS_AUTHOR: Mapping[str, Mapping[str, type]] = {"broadcast": {"title": str, "text": str}}
"""The values of kinds that no event makes."""
_MOVED = frozenset({"starts_at", "ends_at", "previous_starts_at", "previous_ends_at"})
"""Where these are known, a text may ask whether only the place is another (`same_time`)."""


async def variables_of(editions: Editions, community: str, kind: str) -> Mapping[str, type] | None:
    """The variables of `kind` in `community`, and their types; None where there is no such kind."""
    added = await editions.of(community)
    if kind not in {**RULES, **added.kinds}:
        return None
    found: dict[str, type] = {"community": str, **_OF_ITS_AUTHOR.get(kind, {})}
    if kind in ASKING:
        found[ANSWER_LINK] = str
    for route in (*TABLE.routes, *added.routes):
        for tell in route.tell:
            if tell.kind == kind:
                found.update(_of(route, tell))
    if found.keys() >= _MOVED:
        found["same_time"] = bool
    return found


def _of(route: Route, tell: Tell) -> dict[str, type]:
    subject = {} if tell.subject is None else dict(_OF_SUBJECTS[tell.subject.of])
    given: dict[str, type] = {}
    for name, each in tell.values.items():
        given[name] = bool if each.field is None or each.equals is not None else kind_of(route.model, each.field)
    return {**subject, **given}
