"""What people call the buildings, the unit and the categories that rounds, visits and plans name by id or code.

Names come from memory. They are loaded before, since an answer to a command is made inside the write that keeps it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pydantic import BaseModel, Field

from services.chassis.http.language import Language
from services.issues.catalogue.store import Catalogues
from services.issues.places.domain.places import Place
from services.issues.shared.cache import AggregateCache
from services.issues.shared.unchanging import Unchanging
from services.issues.units.domain import Unit


class WalkNames(BaseModel):
    """The words for ids, in the caller's language where there are any in it."""

    buildings: dict[str, str] = Field(description="The titles of the buildings, by their ids.")
    unit: str | None = None
    categories: dict[str, str] = Field(default_factory=dict, description="Of the findings, by their codes.")


@dataclass(frozen=True, slots=True)
class Names:
    """Names buildings, units and categories."""

    places: AggregateCache[Place]
    units: Unchanging[Unit]
    catalogues: Catalogues

    async def load(self, buildings: Iterable[str], units: Iterable[str | None] = ()) -> None:
        """Load what is to be named."""
        await self.places.those_of(sorted(set(buildings)))
        await self.units.those_of(sorted({unit for unit in units if unit is not None}))

    async def load_of_visits(self, community: str, buildings: Iterable[str]) -> None:
        """Load what visits in `buildings` of `community` name."""
        await self.catalogues.of(community)
        await self.load(buildings)

    def of(
        self,
        community: str,
        buildings: Sequence[str],
        unit: str | None,
        language: Language,
        categories: Iterable[str] = (),
    ) -> WalkNames:
        """The names of what was loaded. What there is not, or not in `community`, has none."""
        places = {id: place.title for id in buildings if (place := self.places.known(id)) is not None}
        known = None if unit is None else self.units.known(unit)
        title = None
        if known is not None and known.community == community:
            title = known.title if language == "zh" else known.title_en or known.title
        catalogue = self.catalogues.known(community)
        ever = {code: catalogue.ever(code) for code in categories} if catalogue is not None else {}
        called = {code: each.zh if language == "zh" else each.en for code, each in ever.items() if each is not None}
        return WalkNames(buildings=places, unit=title, categories=called)
