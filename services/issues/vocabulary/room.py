"""The room of the vocabulary: the words that mean the same to a community."""

from services.chassis.room import Room
from services.issues.vocabulary import api
from services.issues.vocabulary.store import INDEXES, KINDS
from services.issues.vocabulary.vocabularies import Vocabularies


def room(vocabularies: Vocabularies) -> Room:
    """The room of `vocabularies`."""
    return Room("vocabulary", kinds=KINDS, indexes=INDEXES, routers=[api.router(vocabularies)])
