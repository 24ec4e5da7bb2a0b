"""Makes the photos and the attachments of the service, which share what one person may send in a day."""

from services.chassis.runtime import Runtime
from services.issues.privacy.vault import Vault
from services.issues.uploads import attachments, photos
from services.issues.uploads.allowance import Allowance
from services.issues.uploads.attachments import Attachments
from services.issues.uploads.photos import Photos
from services.issues.uploads.settings import UploadSettings


def opened_uploads(runtime: Runtime[UploadSettings], vault: Vault) -> tuple[Photos, Attachments]:
    """The photos and the attachments, in the database of `runtime`."""
    database, clock, settings = runtime.database, runtime.clock, runtime.settings
    collections = (database[photos.COLLECTION], database[attachments.COLLECTION])
    given = (
        database,
        clock,
        vault,
        Allowance(collections, clock, settings.upload_limits),
        settings.loose_uploads_kept,
    )
    return Photos(*given), Attachments(*given)
