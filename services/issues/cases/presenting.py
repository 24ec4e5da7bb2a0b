"""Shows cases to callers: with names beside ids in the caller's language, and with what the caller may do now.

Names come from memory. What is to be shown is loaded before (`prepare`, `ready`), since an answer to a command is made
inside the write that keeps it.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from services.chassis.cache import Cache
from services.chassis.clock import Clock
from services.chassis.http.language import Language
from services.chassis.principal import Principal
from services.chassis.store.aggregates import Aggregates, Stored
from services.issues.cases.domain.case import Case
from services.issues.cases.domain.escalation import EscalationLevel, named
from services.issues.cases.domain.possible import POSSIBILITIES, Possibility, inputs_of, needed, possible
from services.issues.cases.domain.transitions import COMMAND_WORDS, STATUS_WORDS, CaseCommand
from services.issues.cases.views import CaseNames, CaseView, CommandView, InputView, case_view
from services.issues.catalogue.store import Catalogues
from services.issues.places.domain.places import Place
from services.issues.privacy.domain.contact import Contact
from services.issues.shared.cache import AggregateCache
from services.issues.shared.unchanging import Unchanging
from services.issues.units.domain import Unit

_SEEN = 50_000
_UNITS = ("unit", "previous_unit", "first_unit")
_PLACES = ("place", "building")
"""The fields of events that hold ids of units and of places."""
Ids = tuple[str, frozenset[str], frozenset[str]]
"""The community of a case, and the units and places that it names."""


class CasePresenter:
    """Shows cases. What a case names is loaded once, and noticed where it changes."""

    def __init__(
        self,
        units: Unchanging[Unit],
        places: AggregateCache[Place],
        catalogues: Catalogues,
        levels_of: Callable[[str], Sequence[EscalationLevel]],
        clock: Clock,
    ) -> None:
        self._units = units
        self._places = places
        self._catalogues = catalogues
        self._levels_of = levels_of
        self._clock = clock
        self._seen = Cache[str, Ids](_SEEN)

    async def prepare(self, cases: Iterable[Case]) -> None:
        """Load what `cases` name."""
        named = [self._seen.put(case.id, _named(case)) for case in cases]
        await self._load(named)

    async def ready(self, cases: Aggregates[Case], id: str) -> None:
        """Load what case `id` names, if there is such a case."""
        seen = self._seen.get(id)
        if seen is not None:
            await self._load([seen])
        elif (stored := await cases.find(id)) is not None:
            await self.prepare([stored.aggregate])

    def view(
        self, by: Principal, language: Language, contact: Contact | None = None
    ) -> Callable[[Stored[Case]], CaseView]:
        """How `by`, who has their alias, sees a case; `contact` is the opened one, if they are to be told now."""

        def shown(stored: Stored[Case]) -> CaseView:
            case = stored.aggregate
            can = [
                command_view(each.command, language, needed(each.command, case))
                for each in possible(case, by, self._clock())
            ]
            return case_view(stored, by, self._names(case, by, language), can, contact)

        return shown

    def names(self, by: Principal, language: Language) -> Callable[[Case], CaseNames]:
        """The words for codes and ids of a case, as `by` is told them."""
        return lambda case: self._names(case, by, language)

    async def names_in(
        self, community: str, told: Sequence[Mapping[str, Any]], language: Language
    ) -> list[dict[str, str]]:
        """The words for the units, places and categories that stand in each of the mappings `told`, by their fields."""
        units = frozenset(id for each in told for name in _UNITS if (id := each.get(name)) is not None)
        places = frozenset(id for each in told for name in _PLACES if (id := each.get(name)) is not None)
        await self._load([(community, units, places)])
        catalogue, zh = await self._catalogues.of(community), language == "zh"

        def named(each: Mapping[str, Any]) -> dict[str, str]:
            found = {name: self._unit(each.get(name), zh) for name in _UNITS}
            found |= {name: self._place(each[name]) for name in _PLACES if each.get(name) is not None}
            category = catalogue.ever(each.get("category"))
            if category is not None:
                found["category"] = category.zh if zh else category.en
            return {name: words for name, words in found.items() if words is not None}

        return [named(each) for each in told]

    async def _load(self, named: Iterable[Ids]) -> None:
        named = list(named)
        for community in {each[0] for each in named}:
            await self._catalogues.of(community)
        units = {id for each in named for id in each[1] if self._units.known(id) is None}
        if units:
            await self._units.those_of(sorted(units))
        places = {id for each in named for id in each[2]}
        await self._load_places(places)
        await self._load_places({above for id in places for above in self._above(id)})

    async def _load_places(self, ids: Iterable[str]) -> None:
        missing = [id for id in ids if self._places.known(id) is None]
        if missing:
            await self._places.those_of(sorted(missing))

    def _above(self, id: str) -> tuple[str, ...]:
        place = self._places.known(id)
        return () if place is None else place.above

    def _names(self, case: Case, by: Principal, language: Language) -> CaseNames:
        zh = language == "zh"
        return CaseNames(
            status=STATUS_WORDS[case.status].zh if zh else STATUS_WORDS[case.status].en,
            category=case.category_zh if zh else case.category_en,
            group=self._group(case, zh),
            unit=self._unit(case.unit, zh),
            first_unit=self._unit(case.first_unit, zh),
            missed={id: title for id in _late_units(case) if (title := self._unit(id, zh)) is not None},
            level=named(self._levels_of(case.community), case.level, language),
            place=self._place(case.place),
            building=None if case.building is None else self._title(case.building),
            at=self._place(case.at) if case.at is not None and case.shows_inside_to(by) else None,
        )

    def _group(self, case: Case, zh: bool) -> str | None:
        catalogue = self._catalogues.known(case.community)
        group = None if catalogue is None else next((g for g in catalogue.groups if g.code == case.group), None)
        return None if group is None else group.zh if zh else group.en

    def _unit(self, id: str | None, zh: bool) -> str | None:
        unit = None if id is None else self._units.known(id)
        return None if unit is None else unit.title if zh else unit.title_en or unit.title

    def _title(self, id: str) -> str | None:
        place = self._places.known(id)
        return None if place is None else place.title

    def _place(self, id: str) -> str | None:
        """The titles from the compound down to the place `id`."""
        titles = [title for step in (*self._above(id), id) if (title := self._title(step)) is not None]
        return " ".join(titles) or None


def _named(case: Case) -> Ids:
    places = (case.place, case.at, case.building)
    units = (case.unit, case.first_unit, *_late_units(case))
    return (
        case.community,
        frozenset(id for id in units if id is not None),
        frozenset(id for id in places if id is not None),
    )


def _late_units(case: Case) -> list[str]:
    """The units that had the case when a phase was missed."""
    return [missed.unit for missed in case.missed if missed.unit is not None]


_BY_COMMAND: dict[CaseCommand, Possibility] = {each.command: each for each in POSSIBILITIES}


@lru_cache(maxsize=4 * len(POSSIBILITIES))
def command_view(command: CaseCommand, language: Language, needed: frozenset[str] = frozenset()) -> CommandView:
    """The command as it is shown to somebody who may give it. `needed`: inputs without which the case does not take
    it."""
    words = COMMAND_WORDS[command]
    return CommandView(
        command=command,
        title=words.zh if language == "zh" else words.en,
        inputs=[
            InputView(name=each.name, type=each.type, required=each.required)
            for each in inputs_of(_BY_COMMAND[command].request, needed)
        ],
    )
