"""The room of places: their tree, the stickers on them, and where a sticker leads."""

from services.chassis.room import Room
from services.issues.catalogue.store import Catalogues
from services.issues.places.api import places as tree
from services.issues.places.api import stickers
from services.issues.places.domain.places import Place
from services.issues.places.links import Links
from services.issues.places.store import INDEXES, KINDS
from services.issues.shared.cache import AggregateCache


def room(places: AggregateCache[Place], catalogues: Catalogues, links: Links) -> Room:
    """The room of `places`. A form that a sticker opens offers the categories of `catalogues`."""
    routers = [tree.router(places), stickers.router(places, catalogues, links)]
    return Room("places", kinds=KINDS, indexes=INDEXES, routers=routers)
