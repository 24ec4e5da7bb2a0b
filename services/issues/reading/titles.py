"""Says what people call the units, places, categories and groups that answers about many cases name by id or code."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from services.chassis.http.language import Language
from services.issues.catalogue.domain.catalogue import Category
from services.issues.catalogue.store import Catalogues
from services.issues.places.domain.places import Place
from services.issues.reading.facts import By
from services.issues.shared.cache import AggregateCache
from services.issues.shared.unchanging import Unchanging
from services.issues.units.domain import Unit


@dataclass(frozen=True, slots=True)
class Titles:
    """The titles of units, places and categories, in the caller's language where they have one in it."""

    units: Unchanging[Unit]
    places: AggregateCache[Place]
    catalogues: Catalogues

    async def of(self, by: By, community: str, values: Sequence[str], language: Language) -> Mapping[str, str]:
        """The titles of `values` by which figures are told apart."""
        match by:
            case By.UNIT:
                return await self.of_units(values, language)
            case By.BUILDING:
                return await self.of_places(values)
            case By.CATEGORY:
                return await self.of_categories(community, language)
            case By.GROUP:
                groups = (await self.catalogues.of(community)).groups
                return {group.code: group.zh if language == "zh" else group.en for group in groups}
            case By.TOTAL:
                return {}

    async def of_units(self, ids: Iterable[str | None], language: Language) -> Mapping[str, str]:
        """The titles of the units `ids`; None and "" are none."""
        units = await self.units.those_of(sorted({id for id in ids if id}))
        return {id: unit.title if language == "zh" else unit.title_en or unit.title for id, unit in units.items()}

    async def of_places(self, ids: Iterable[str | None]) -> Mapping[str, str]:
        """The titles of the places `ids`; None and "" are none."""
        return {id: place.title for id, place in (await self.places.those_of(sorted({i for i in ids if i}))).items()}

    async def of_categories(self, community: str, language: Language) -> Mapping[str, str]:
        """The titles of all categories that the community has, or had."""
        return {each.code: each.zh if language == "zh" else each.en for each in await self._categories(community)}

    async def every_category(self, community: str) -> Sequence[str]:
        """The titles of all categories that the community has, or had, in both languages."""
        return [title for each in await self._categories(community) for title in (each.zh, each.en)]

    async def _categories(self, community: str) -> Sequence[Category]:
        catalogue = await self.catalogues.of(community)
        return (*catalogue.retired, *catalogue.categories)
