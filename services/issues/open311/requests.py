"""Shows cases as public requests of Open311: cases of public categories, at public places, in words that workers chose.

Words, pictures and the name of a reporter are not shown: `description` is the title that workers gave, else the name of
the category; `media_url` is empty, since nobody has decided that a reporter's picture may be public.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.chassis.http.language import Language
from services.chassis.store.aggregates import Aggregates
from services.chassis.store.mongo import Collection
from services.issues.cases.domain.case import Case
from services.issues.catalogue.domain.catalogue import Catalogue, UnknownCategory
from services.issues.catalogue.store import Catalogues
from services.issues.open311.refusals import RequestUnknown
from services.issues.open311.states import CLOSED, STATES, notes
from services.issues.open311.windows import AskedWindow
from services.issues.reading.place_lookup import PlaceLookup
from services.issues.reading.row import Where, last_change
from services.issues.shared.queries import in_order_of
from services.issues.shared.unchanging import Unchanging
from services.issues.units.domain import Unit

Values = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Requests:
    """Reads requests: `rows` find them, and the present cases, places and units are shown."""

    cases: Aggregates[Case]
    catalogues: Catalogues
    units: Unchanging[Unit]
    rows: Collection
    places: PlaceLookup

    async def listed(self, community: str, asked: AskedWindow, language: Language) -> tuple[list[Values], bool]:
        """One page of requests, and whether there is another page."""
        skipped = (asked.page - 1) * asked.size
        catalogue = await self.catalogues.of(community)
        hidden = {each.code for each in (*catalogue.categories, *catalogue.retired) if not each.public}
        found = self.rows.find(asked.query(community, hidden), {"changed": 1}).sort(asked.sort).skip(skipped)
        rows = await found.limit(asked.size + 1).to_list(asked.size + 1)
        shown = rows[: asked.size]
        return await self._told(community, [row["_id"] for row in shown], language), len(rows) > asked.size

    async def named(self, community: str, ids: Sequence[str], language: Language) -> list[Values]:
        """The requests `ids`, in that order, without those that don't exist or aren't public."""
        return await self._told(community, list(dict.fromkeys(ids)), language)

    async def one(self, community: str, id: str, language: Language) -> Values:
        """The request `id`.

        Raises:
            RequestUnknown: there is no such request, or it is not public.
        """
        for found in await self._told(community, [id], language):
            return found
        raise RequestUnknown()

    async def public_cases(self, community: str, ids: Sequence[str]) -> list[Case]:
        """Those of the cases `ids` that are public, in that order."""
        catalogue = await self.catalogues.of(community)
        cases = [stored.aggregate for stored in await in_order_of(ids, self.cases)]
        return [case for case in cases if case.community == community and is_public(case, catalogue)]

    async def _told(self, community: str, ids: Sequence[str], language: Language) -> list[Values]:
        cases = await self.public_cases(community, ids)
        if not cases:
            return []
        where = await self.places.of([{"place": case.place} for case in cases])
        units = await self.units.those_of([case.unit for case in cases if case.unit is not None])
        titles = {unit.id: (unit.title if language == "zh" else unit.title_en or unit.title) for unit in units.values()}
        changed = await self._changes(cases)
        return [_view(case, where[case.place], titles, changed[case.id], language) for case in cases]

    async def _changes(self, cases: Sequence[Case]) -> Mapping[str, datetime]:
        """The time of the last known change of each of `cases`, by id."""
        told = {"reported_at", "handled_at", "closed_at", "remarks"}
        known = {case.id: last_change(case.model_dump(include=told)) for case in cases}
        async for row in self.rows.find({"_id": {"$in": list(known)}, "changed": {"$exists": True}}, {"changed": 1}):
            known[row["_id"]] = max(known[row["_id"]], row["changed"])
        return known


def is_public(case: Case, catalogue: Catalogue) -> bool:
    """Whether the case is public: both by the edition of the catalogue that it was filed under, and by the present
    one."""
    try:
        category = catalogue.known(case.category)
    except UnknownCategory:
        return False
    return category.public and case.is_public


def _view(case: Case, where: Where, units: Mapping[str, str], changed: datetime, language: Language) -> Values:
    name = case.category_zh if language == "zh" else case.category_en
    status = STATES[case.status].status
    return {
        "service_request_id": case.id,
        "status": status,
        "status_notes": notes(case, language),
        "service_name": name,
        "service_code": case.category,
        "description": case.title or name,
        "agency_responsible": units.get(case.unit or ""),
        "service_notice": None,
        "requested_datetime": case.reported_at,
        "updated_datetime": (case.closed_at or changed) if status == CLOSED else changed,
        "expected_datetime": None if status == CLOSED else case.due_at,
        "address": " ".join(where.titles),
        "address_id": case.place,
        "zipcode": None,
        "lat": where.lat,
        "long": where.lon,
        "media_url": None,
    }
