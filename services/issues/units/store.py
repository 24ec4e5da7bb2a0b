"""The kind and indexes of units, which are found by community."""

from collections.abc import Mapping, Sequence

from services.chassis.store.aggregates import Kind
from services.chassis.store.mongo import IndexModel
from services.contracts.issues import UnitState
from services.contracts.topics import ISSUES
from services.issues.shared.queries import by_newest
from services.issues.units.domain import Unit

UNITS = Kind(name="unit", collection="units", model=Unit, topic=ISSUES, state=UnitState, zh="单位", en="unit")
KINDS = (UNITS,)
INDEXES: Mapping[str, Sequence[IndexModel]] = {UNITS.collection: [by_newest("community")]}
