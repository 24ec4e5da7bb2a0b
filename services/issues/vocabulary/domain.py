"""A community's own synonyms, in the place of those that come with the service."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from pydantic import Field, StringConstraints

from services.chassis.aggregate import Aggregate, Decision, decided, derived_id, event_from
from services.chassis.errors import Invalid
from services.chassis.principal import Principal, Role
from services.chassis.values import Request
from services.contracts.issues import VocabularyChanged, VocabularyState
from services.contracts.marks import Masked, Office
from services.contracts.text import Plain

MOST_IN_A_GROUP = 12
MOST_GROUPS = 500

Word = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=20, pattern=r"\w"), Plain]
"""A word that somebody searches for."""

Alike = Annotated[tuple[Word, ...], Field(min_length=2, max_length=MOST_IN_A_GROUP)]
"""Words that mean the same."""


class WordTwice(
    Invalid,
    code="vocabulary.word-twice",
    zh="“{word}”出现了两次；每个词只能属于一组同义词。",
    en="“{word}” stands twice; a word belongs to one group of synonyms.",
):
    """With a word in two groups nobody could tell what it finds."""


class SetSynonyms(Request):
    """All groups of synonyms as they are to be; none at all switches them off."""

    groups: Annotated[tuple[Alike, ...], Field(max_length=MOST_GROUPS)]


class Vocabulary(Aggregate):
    """The synonyms of one community."""

    groups: Office[tuple[tuple[Masked, ...], ...]]
    changed_at: datetime

    def public(self) -> VocabularyState:
        return VocabularyState(groups=[list(group) for group in self.groups], changed_at=self.changed_at)


def vocabulary_id(community: str) -> str:
    """The id of the vocabulary of `community`: derived, so that there is one."""
    return derived_id("vocabulary", community)


def open_vocabulary(
    community: str, groups: Sequence[Sequence[str]], by: Principal, now: datetime
) -> Decision[Vocabulary]:
    """The vocabulary that `community` begins with: `groups`, which come with the service."""
    by.require(community, Role.STAFF, Role.OPERATOR)
    whole = tuple(tuple(group) for group in groups)
    vocabulary = Vocabulary(id=vocabulary_id(community), community=community, groups=whole, changed_at=now)
    return decided(vocabulary, event_from(VocabularyChanged, vocabulary, by=by.sub))


def set_synonyms(vocabulary: Vocabulary, command: SetSynonyms, by: Principal, now: datetime) -> Decision[Vocabulary]:
    """Let other words mean the same from now on. What is so already changes nothing.

    Raises:
        WordTwice: a word stands in two groups, or twice in one.
        NotYours: the caller may not.
    """
    by.require(vocabulary.community, Role.STAFF, Role.OPERATOR)
    seen: set[str] = set()
    for word in (word for group in command.groups for word in group):
        if word.casefold() in seen:
            raise WordTwice(word=word)
        seen.add(word.casefold())
    if command.groups == vocabulary.groups:
        return decided(vocabulary)
    changed = vocabulary.model_copy(update={"groups": command.groups, "changed_at": now})
    return decided(changed, event_from(VocabularyChanged, changed, by=by.sub))
