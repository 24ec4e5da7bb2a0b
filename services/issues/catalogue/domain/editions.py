"""Editions of a community's catalogue: each adopted as a whole, each kept, none ever changed."""

from collections.abc import Iterator, Set
from datetime import datetime
from typing import Annotated

from pydantic import Field

from services.chassis.aggregate import Aggregate, Decision, decided, derived_id, event_from
from services.chassis.errors import Conflict, Invalid
from services.chassis.principal import Principal, Role
from services.chassis.values import Line, Request
from services.chassis.words import Worded
from services.contracts.issues import CatalogueAdopted, CatalogueState, CategoryData, GroupData
from services.contracts.marks import Code, Office, Officer
from services.issues.catalogue.domain.catalogue import Catalogue, Category, Group

MAX_GROUPS = 50
MAX_CATEGORIES = 400


class CatalogueMalformed(
    Invalid,
    code="catalogue.malformed",
    zh="类别目录有误：{field}{reason}。",
    en="The catalogue is wrong: {field} {reason}.",
):
    """The parts of the catalogue don't fit together. `field` is the path to the part that is wrong,
    categories.3.group, and in words whose part it is."""


class CodeChangesMeaning(
    Conflict,
    code="catalogue.code-changes-meaning",
    zh="代码“{category}”已有其他名称。含义不变时请注明只是改了名称，否则请使用新代码。",
    en="The code “{category}” has another name already. Say that it is only reworded, or else take a new code.",
):
    """Old cases name the code; it must go on meaning what it meant to them."""


class AdoptEdition(Request):
    """A whole catalogue. `reworded`: codes of groups and categories whose names change and whose meaning does not."""

    groups: Annotated[tuple[Group, ...], Field(min_length=1, max_length=MAX_GROUPS)]
    categories: Annotated[tuple[Category, ...], Field(min_length=1, max_length=MAX_CATEGORIES)]
    reworded: Annotated[frozenset[Code], Field(max_length=MAX_GROUPS + MAX_CATEGORIES)] = frozenset()
    note: Line | None = None


class Edition(Aggregate):
    """One edition. `note`: why it was adopted, as staff wrote it."""

    edition: int
    groups: tuple[Group, ...]
    categories: tuple[Category, ...]
    retired: tuple[Category, ...] = ()
    note: Office[str | None] = None
    by: Officer[str]
    adopted_at: datetime

    @property
    def catalogue(self) -> Catalogue:
        """The catalogue as rules read it."""
        return Catalogue(version=self.edition, groups=self.groups, categories=self.categories, retired=self.retired)

    def public(self) -> CatalogueState:
        return CatalogueState(
            edition=self.edition,
            groups=[GroupData(**group.model_dump()) for group in self.groups],
            categories=[
                *(_public(category, retired=False) for category in self.categories),
                *(_public(category, retired=True) for category in self.retired),
            ],
            adopted_at=self.adopted_at,
        )


def edition_id(community: str, edition: int) -> str:
    """The id of an edition: derived, so that of two adopted at once one is refused."""
    return derived_id("catalogue", community, str(edition))


def says_the_same(catalogue: Catalogue, command: AdoptEdition) -> bool:
    """Whether adopting `command` would change nothing. A community's first edition is its own, whatever it says."""
    same = (catalogue.groups, catalogue.categories) == (command.groups, command.categories)
    return same and catalogue.version > 0


def adopt(
    community: str, command: AdoptEdition, before: Catalogue, units: Set[str], by: Principal, now: datetime
) -> Decision[Edition]:
    """The edition after `before`, which is the one in force. `units`: codes of the partners that exist.

    Raises:
        CatalogueMalformed: a code stands twice, a group or a unit is unknown, or a group is empty.
        CodeChangesMeaning: a code that was there before has another name, and is not called reworded.
    """
    require_editor(community, by)
    for field, reason in _faults(command, units):
        raise CatalogueMalformed(field=field, reason=reason)
    _check_meanings(command, before)
    kept = {category.code for category in command.categories}
    ever = {category.code: category for category in (*before.retired, *before.categories)}
    edition = Edition(
        id=edition_id(community, before.version + 1),
        community=community,
        edition=before.version + 1,
        groups=command.groups,
        categories=command.categories,
        retired=tuple(category for code, category in ever.items() if code not in kept),
        note=command.note,
        by=by.sub,
        adopted_at=now,
    )
    touched = [category.code for category in command.categories if category != ever.get(category.code)]
    return decided(edition, event_from(CatalogueAdopted, edition, touched=touched, by=by.sub))


def with_category(before: Catalogue, category: Category, *, reworded: bool, note: str | None) -> AdoptEdition:
    """The catalogue `before` with `category` in it, in its old place if it had one."""
    others = [category if each.code == category.code else each for each in before.categories]
    if category not in others:
        others.append(category)
    codes = frozenset({category.code}) if reworded else frozenset[str]()
    return AdoptEdition(groups=before.groups, categories=tuple(others), reworded=codes, note=note)


def without_category(before: Catalogue, code: str, *, note: str | None) -> AdoptEdition:
    """The catalogue `before` without the category `code`, and without its group if nothing else is in it.

    Raises:
        UnknownCategory: it is not in force.
        CatalogueMalformed: it is the last one.
    """
    gone = before.category(code)
    others = tuple(each for each in before.categories if each.code != code)
    if not others:
        raise CatalogueMalformed(field=_CATEGORIES, reason=_ONE_AT_LEAST)
    empty = all(each.group != gone.group for each in others)
    groups = tuple(group for group in before.groups if not (empty and group.code == gone.group))
    return AdoptEdition(groups=groups, categories=others, note=note)


def require_editor(community: str, by: Principal) -> None:
    """Raises NotYours unless `by` may edit the catalogue of `community`."""
    by.require(community, Role.STAFF, Role.OPERATOR)


def other_than_addressed() -> CatalogueMalformed:
    """The refusal of a category whose code is another than the address says."""
    return CatalogueMalformed(field=Worded("category.code", "类别的代码", "the code of the category"), reason=_ANOTHER)


_CATEGORIES = Worded("categories", "类别", "the list of categories")
_ONE_AT_LEAST = Worded("one-at-least", "至少要有一个", "has one at least")
_ANOTHER = Worded("another", "与地址中的不一致", "is another than in the address")
_TWICE = Worded("twice", "重复出现", "stands twice")
_UNKNOWN = Worded("unknown", "不存在", "does not exist")
_EMPTY = Worded("empty", "没有任何类别", "has nothing in it")


def _part(path: str, of: Group | Category, zh: str = "", en: str = "") -> Worded:
    """A part of a group or category: its path, and in words whose part it is."""
    kind, called = ("大类", "group") if isinstance(of, Group) else ("类别", "category")
    return Worded(path, f"{kind}“{of.zh}”{zh}", f"{en and f'the {en} of '}the {called} “{of.en}”")


def _faults(command: AdoptEdition, units: Set[str]) -> Iterator[tuple[Worded, Worded]]:
    """Each part that is wrong, and why."""
    groups: set[str] = set()
    for index, group in enumerate(command.groups):
        if group.code in groups:
            yield _part(f"groups.{index}.code", group, "的代码", "code"), _TWICE
        groups.add(group.code)
    codes: set[str] = set()
    for index, category in enumerate(command.categories):
        at = f"categories.{index}"
        if category.code in codes:
            yield _part(f"{at}.code", category, "的代码", "code"), _TWICE
        codes.add(category.code)
        if category.group not in groups:
            yield _part(f"{at}.group", category, "所属的大类", "group"), _UNKNOWN
        if category.unit is not None and category.unit not in units:
            yield _part(f"{at}.unit", category, "的负责单位", "unit"), _UNKNOWN
    for index, group in enumerate(command.groups):
        if all(category.group != group.code for category in command.categories):
            yield _part(f"groups.{index}", group), _EMPTY


def _check_meanings(command: AdoptEdition, before: Catalogue) -> None:
    named = {group.code: (group.zh, group.en) for group in before.groups}
    _check_names(((group.code, group.zh, group.en) for group in command.groups), named, command.reworded)
    named = {each.code: (each.zh, each.en) for each in (*before.retired, *before.categories)}
    _check_names(((each.code, each.zh, each.en) for each in command.categories), named, command.reworded)


def _check_names(given: Iterator[tuple[str, str, str]], named: dict[str, tuple[str, str]], reworded: Set[str]) -> None:
    for code, zh, en in given:
        if code not in reworded and named.get(code, (zh, en)) != (zh, en):
            raise CodeChangesMeaning(category=code)


def _public(category: Category, *, retired: bool) -> CategoryData:
    return CategoryData(
        code=category.code,
        group=category.group,
        zh=category.zh,
        en=category.en,
        unit_kind=category.unit_kind,
        priority=category.priority,
        shown=category.public,
        retired=retired,
    )
