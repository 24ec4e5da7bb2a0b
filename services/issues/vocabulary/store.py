"""The kind of vocabularies: one for each community that has words of its own."""

from collections.abc import Mapping, Sequence

from services.chassis.store.aggregates import Kind
from services.chassis.store.mongo import ASCENDING, IndexModel
from services.contracts.issues import VocabularyState
from services.contracts.topics import ISSUES
from services.issues.shared.cache import CHANGED
from services.issues.vocabulary.domain import Vocabulary

VOCABULARIES = Kind(
    name="vocabulary",
    collection="vocabularies",
    model=Vocabulary,
    topic=ISSUES,
    state=VocabularyState,
    zh="词汇表",
    en="vocabulary",
)
KINDS = (VOCABULARIES,)
INDEXES: Mapping[str, Sequence[IndexModel]] = {
    VOCABULARIES.collection: [IndexModel([(CHANGED, ASCENDING), ("_id", ASCENDING)])],
}
