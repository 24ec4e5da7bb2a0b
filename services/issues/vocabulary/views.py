"""The view of a community's synonyms in the API."""

from pydantic import BaseModel, Field

from services.chassis.store.aggregates import Stored
from services.issues.vocabulary.domain import Vocabulary
from services.issues.vocabulary.vocabularies import Groups


class SynonymsView(BaseModel):
    """Groups of words: who searches for one finds the others. `own`: the community's, not those it began with."""

    community: str
    version: int = Field(description="0 until the community has words of its own; also the ETag.")
    own: bool
    groups: list[list[str]]


def synonyms_view(stored: Stored[Vocabulary]) -> SynonymsView:
    """The synonyms that a community has set."""
    kept = stored.aggregate
    return SynonymsView(
        community=kept.community, version=stored.version, own=True, groups=[list(group) for group in kept.groups]
    )


def first_synonyms(community: str, groups: Groups) -> SynonymsView:
    """The synonyms that a community begins with."""
    return SynonymsView(community=community, version=0, own=False, groups=[list(group) for group in groups])
