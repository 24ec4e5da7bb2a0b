"""What the room keeps: exhibits, by community."""

from collections.abc import Mapping, Sequence

from services.chassis.store.aggregates import Kind
from services.chassis.store.mongo import IndexModel
from services.contracts.issues import ExhibitState
from services.contracts.topics import ISSUES
from services.issues.exhibits.domain import Exhibit
from services.issues.shared.queries import by_newest

EXHIBITS = Kind(
    name="exhibit", collection="exhibits", model=Exhibit, topic=ISSUES, state=ExhibitState, zh="对比照片", en="exhibit"
)
KINDS = (EXHIBITS,)
INDEXES: Mapping[str, Sequence[IndexModel]] = {EXHIBITS.collection: [by_newest("community")]}
