"""The words that mean the same to a community when it searches."""

from datetime import datetime

from pydantic import BaseModel

from services.contracts.event import Event, State
from services.contracts.marks import Internal, Masked, Office, OfficerId, Public
from services.contracts.topics import ISSUES


class _Vocabulary(BaseModel):
    groups: Public[Office[list[list[Masked]]]]
    changed_at: Public[datetime]


class VocabularyState(_Vocabulary, State, type="cn.community.issues.vocabulary.state.v1", topic=ISSUES):
    """The synonyms of a community: who searches for one word of a group finds the others. One for each community."""


class VocabularyChanged(
    _Vocabulary, Event, type="cn.community.issues.vocabulary.changed.v1", topic=ISSUES, state=VocabularyState
):
    """A community has other synonyms now. Carries the whole state."""

    by: Internal[OfficerId]
