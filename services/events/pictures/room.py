"""The room of pictures: kept as far as something shows them. Who sent one is forgotten with the person."""

from functools import partial

from services.chassis.room import Room
from services.chassis.store.unavailable import store_errors
from services.chassis.subscriber.erasure import Leaver
from services.events.pictures.api import router
from services.events.pictures.shown import Showing
from services.events.pictures.store import INDEXES, Pictures
from services.events.pictures.sweeps import LoosePictures


def room(pictures: Pictures, shown: Showing) -> Room:
    """The room of `pictures`; `shown`: what later rooms show."""
    return Room(
        "pictures",
        indexes=INDEXES,
        routers=[router(pictures, shown)],
        sweeps=[LoosePictures(pictures, shown)],
        erase=partial(erase, pictures, shown),
    )


async def erase(pictures: Pictures, shown: Showing, leaver: Leaver) -> None:
    """Delete what `leaver` sent and nothing shows; what something shows stays, but is nobody's."""
    theirs = {"owner": leaver.person} | ({} if leaver.community is None else {"community": leaver.community})
    with store_errors():
        ids = [document["_id"] async for document in pictures.collection.find(theirs, {"_id": 1})]
        for id in ids:
            if await shown.at_all(id):
                await pictures.collection.update_one({"_id": id}, {"$set": {"owner": None}})
            else:
                await pictures.collection.delete_one({"_id": id})
