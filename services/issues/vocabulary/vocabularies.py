"""The words that mean the same in each community now: its own, or those that come with the service."""

from collections.abc import Sequence

from services.issues.shared.cache import AggregateCache
from services.issues.vocabulary.domain import Vocabulary, vocabulary_id
from services.issues.vocabulary.residential import RESIDENTIAL

Groups = Sequence[Sequence[str]]


class Vocabularies:
    """The synonyms of all communities, cached. What another replica changed is in force here after 4 s at most."""

    def __init__(self, kept: AggregateCache[Vocabulary]) -> None:
        self.kept = kept

    async def of(self, community: str) -> Groups:
        """The groups of words that mean the same in `community`."""
        id = vocabulary_id(community)
        found = await self.kept.those_of([id])
        return found[id].groups if id in found else RESIDENTIAL
