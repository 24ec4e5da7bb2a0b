"""The room of uploads: photos, recordings and PDFs, kept as far as something shows them."""

from services.chassis.room import Room
from services.chassis.store.mongo import Database
from services.chassis.subscriber.erasure import Leaver
from services.issues.uploads import attachments as attached
from services.issues.uploads import photos as pictures
from services.issues.uploads.api import attachments as attachment_routes
from services.issues.uploads.api import photos as photo_routes
from services.issues.uploads.attachments import Attachments
from services.issues.uploads.photos import Photos
from services.issues.uploads.tidying import LooseUploads, OrphanedFiles
from services.issues.uploads.visibility import UploadVisibility

INDEXES = {pictures.COLLECTION: pictures.INDEXES, attached.COLLECTION: attached.INDEXES}


def room(photos: Photos, attachments: Attachments, visibility: UploadVisibility, database: Database) -> Room:
    """The room of `photos` and `attachments`, with their files in `database`. `visibility`: what later rooms show."""

    async def erase(leaver: Leaver) -> None:
        """Delete what the person uploaded; what something still shows stays, but is nobody's."""
        for kept, shown in ((photos, visibility.photos_among), (attachments, visibility.attachments_among)):
            for id in await kept.owned_by(leaver.person, leaver.community):
                await (kept.disown(id) if await shown([id]) else kept.delete(id))

    return Room(
        "uploads",
        indexes=INDEXES,
        routers=[photo_routes.router(photos, visibility), attachment_routes.router(attachments, visibility)],
        sweeps=[LooseUploads(photos, attachments, visibility), OrphanedFiles(photos, attachments, database)],
        erase=erase,
    )
