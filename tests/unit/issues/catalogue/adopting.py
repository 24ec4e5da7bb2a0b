"""Editions of a catalogue as tests adopt them."""

from typing import Any

from services.issues.catalogue.domain.catalogue import Catalogue, Category
from services.issues.catalogue.domain.editions import (
    AdoptEdition,
    Edition,
    adopt,
)
from services.issues.catalogue.residential import RESIDENTIAL
from tests.unit.issues.world import HERE, NOW, STAFF, assert_folds


def given_by(catalogue: Catalogue, **more: Any) -> AdoptEdition:
    return AdoptEdition(**{"groups": catalogue.groups, "categories": catalogue.categories, **more})


def adopted(command: AdoptEdition, before: Catalogue = RESIDENTIAL, units: frozenset[str] = frozenset()) -> Edition:
    decision = adopt(HERE, command, before, units, STAFF, NOW)
    assert_folds(None, decision)
    return decision.aggregate


def changed(category: Category, **fields: Any) -> Category:
    return Category.model_validate({**category.model_dump(), **fields})
