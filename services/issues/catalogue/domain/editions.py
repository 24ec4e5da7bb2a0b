"""Editions of a community's catalogue: each adopted as a whole, each kept, none ever changed."""

from collections.abc import Iterator, Set
from datetime import datetime
from typing import Annotated

from pydantic import Field

from services.chassis.aggregate import Aggregate, Decision, decided, derived_id, event_from
from services.chassis.errors import Conflict, Invalid
from services.chassis.principal import Principal, Role
from services.chassis.values import Line, Request
from services.contracts.issues import CatalogueAdopted, CatalogueState, CategoryData, GroupData
from services.contracts.marks import Code, Office, Officer
from services.issues.catalogue.domain.catalogue import Catalogue, Category, Group

MAX_GROUPS = 50
MAX_CATEGORIES = 400


class CatalogueMalformed(
    Invalid,
    code="catalogue.malformed",
    zh="类别目录中 {field} 有误：{reason}。",
    en="In the catalogue, {field} is wrong: {reason}.",
):
    """The parts of the catalogue don't fit together. `field` is the path to the part that is wrong:
    categories.3.group."""


class CodeChangesMeaning(
    Conflict,
    code="catalogue.code-changes-meaning",
    zh="代码 {category} 已有其他名称。含义不变时请将其列入 reworded，否则请使用新代码。",
    en="The code {category} has another name already. List it in reworded if it means the same; else take a new code.",
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
        raise CatalogueMalformed(field="categories", reason="至少一个类别 (one at least)")
    empty = all(each.group != gone.group for each in others)
    groups = tuple(group for group in before.groups if not (empty and group.code == gone.group))
    return AdoptEdition(groups=groups, categories=others, note=note)


def require_editor(community: str, by: Principal) -> None:
    """Raises NotYours unless `by` may edit the catalogue of `community`."""
    by.require(community, Role.STAFF, Role.OPERATOR)


def _faults(command: AdoptEdition, units: Set[str]) -> Iterator[tuple[str, str]]:
    """The path of each part that is wrong, and why."""
    groups: set[str] = set()
    for index, group in enumerate(command.groups):
        if group.code in groups:
            yield f"groups.{index}.code", "代码重复 (it stands twice)"
        groups.add(group.code)
    codes: set[str] = set()
    for index, category in enumerate(command.categories):
        at = f"categories.{index}"
        if category.code in codes:
            yield f"{at}.code", "代码重复 (it stands twice)"
        codes.add(category.code)
        if category.group not in groups:
            yield f"{at}.group", "没有这一大类 (there is no such group)"
        if category.unit is not None and category.unit not in units:
            yield f"{at}.unit", "没有这一单位 (there is no such unit)"
    for index, group in enumerate(command.groups):
        if all(category.group != group.code for category in command.categories):
            yield f"groups.{index}", "大类中没有类别 (nothing is in it)"


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
