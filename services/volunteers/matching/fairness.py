"""Figures of fairness: who is helped and who is not, and how the work is spread among those who are willing."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.chassis.store.aggregates import Aggregates
from services.chassis.store.unavailable import store_errors
from services.volunteers.matching.reading import States
from services.volunteers.needs.domain.need import Need
from services.volunteers.needs.domain.offers import SERVING, OfferStatus
from services.volunteers.needs.store import BY_START

FEWEST = 5
"""A group with fewer needs is not shown by itself: its figures would tell of single people."""

_YES = frozenset(map(str, SERVING))
_NO_SHOW = str(OfferStatus.NO_SHOW)
_CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Share:
    """The seats of a group, and how many of them have a yes."""

    group: str
    needs: int
    seats: int
    filled: int

    @property
    def permille(self) -> int:
        """The share that is filled, in thousandths, rounded down."""
        return 1000 * self.filled // self.seats if self.seats else 0


@dataclass(frozen=True, slots=True)
class Fairness:
    """The figures of a stretch of time. Shares are in thousandths; `gini` is that of minutes among the willing.

    `asked` counts offers and invitations, `asks_per_yes` how many of them there were for each yes, in hundredths.
    """

    needs: int
    seats: int
    filled: int
    without_helper: int
    by_category: Sequence[Share]
    by_building: Sequence[Share]
    by_age_band: Sequence[Share]
    willing: int
    idle: int
    gini: int
    asked: int
    asks_per_yes: int | None
    accepted: int
    overrides: int


async def needs_between(needs: Aggregates[Need], community: str, since: datetime, until: datetime) -> list[Any]:
    """The needs of a community that start in a stretch of time, as the store has them."""
    query = {"state.community": community, BY_START: {"$gte": since, "$lt": until}}
    fields = ("category", "building", "age_band", "seats", "status", "offers", "invited", "starts_at", "ends_at")
    with store_errors():
        cursor = needs.collection.find(query, {f"state.{field}": 1 for field in fields})
        return [document["state"] for document in await cursor.to_list(None)]


def fairness(needs: Iterable[Mapping[str, Any]], willing: States) -> Fairness:
    """The figures of `needs` and of the people who are `willing`. Cancelled needs don't count."""
    counted = [need for need in needs if str(need["status"]) != _CANCELLED]
    offers = [offer for need in counted for offer in need["offers"]]
    yes = [(need, offer) for need in counted for offer in need["offers"] if _came_or_comes(offer)]
    asked = sum(str(offer["status"]) != str(OfferStatus.RELEASED) for offer in offers)
    asked += sum(len(need.get("invited", ())) for need in counted)
    minutes: Counter[str] = Counter({state["person"]: 0 for state in willing.values()})
    for need, offer in yes:
        if offer["person"] in minutes:
            minutes[offer["person"]] += int((need["ends_at"] - need["starts_at"]).total_seconds() // 60)
    return Fairness(
        needs=len(counted),
        seats=sum(need["seats"] for need in counted),
        filled=len(yes),
        without_helper=sum(not _filled(need) for need in counted),
        by_category=_shares(counted, lambda need: need["category"]),
        by_building=_shares(counted, lambda need: need.get("building")),
        by_age_band=_shares(counted, lambda need: need.get("age_band")),
        willing=len(minutes),
        idle=sum(given == 0 for given in minutes.values()),
        gini=gini(list(minutes.values())),
        asked=asked,
        asks_per_yes=100 * asked // len(yes) if yes else None,
        accepted=len(yes),
        overrides=sum(offer.get("reason") is not None for offer in offers),
    )


def gini(values: Sequence[int]) -> int:
    """The Gini coefficient of `values` in thousandths: 0 where all are the same."""
    total = sum(values)
    if total == 0:
        return 0
    ranked = sum((2 * rank - len(values) - 1) * value for rank, value in enumerate(sorted(values), start=1))
    return 1000 * ranked // (len(values) * total)


def _filled(need: Mapping[str, Any]) -> int:
    return sum(_came_or_comes(offer) for offer in need["offers"])


def _came_or_comes(offer: Mapping[str, Any]) -> bool:
    return str(offer["status"]) in _YES and offer.get("stage") != _NO_SHOW


def _shares(needs: Iterable[Mapping[str, Any]], key: Callable[[Mapping[str, Any]], str | None]) -> list[Share]:
    groups: defaultdict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for need in needs:
        group = key(need)
        if group is not None:
            groups[group].append(need)
    return [
        Share(group, len(those), sum(need["seats"] for need in those), sum(_filled(need) for need in those))
        for group, those in sorted(groups.items())
        if len(those) >= FEWEST
    ]
