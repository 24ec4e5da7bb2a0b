"""The room of privacy: the keys under which contacts are sealed, and the proof that they were destroyed."""

from services.chassis.room import Room
from services.chassis.subscriber.erasure import Leaver
from services.issues.privacy import api
from services.issues.privacy.vault import COLLECTION, INDEXES, DestroyedBy, Vault


def room(vault: Vault) -> Room:
    """The room of `vault`."""

    async def erase(leaver: Leaver) -> None:
        """Destroy the keys of the person: from then on nobody reads their contacts, wherever a copy lies."""
        await vault.destroy_those_of(leaver.person, DestroyedBy.ERASURE, leaver.community)

    return Room("privacy", indexes={COLLECTION: INDEXES}, routers=[api.router(vault)], erase=erase)
