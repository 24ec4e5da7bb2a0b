"""The room of exhibits."""

from functools import partial

from services.chassis.room import Room
from services.chassis.store.aggregates import Aggregates
from services.issues.cases.api.changes import Changes
from services.issues.exhibits.api import router
from services.issues.exhibits.domain import Exhibit
from services.issues.exhibits.reactions import reactions
from services.issues.exhibits.store import INDEXES, KINDS
from services.issues.uploads.photos import Photos


def room(exhibits: Aggregates[Exhibit], changes: Changes, photos: Photos) -> Room:
    """The room of `exhibits`; `changes` brings their cases."""
    return Room(
        "exhibits",
        kinds=KINDS,
        indexes=INDEXES,
        routers=[router(exhibits, changes, photos)],
        reactions=partial(reactions, exhibits=exhibits),
    )
