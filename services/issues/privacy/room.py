"""The room of privacy: the keys under which contacts are sealed, and the proof that they were destroyed."""

from services.chassis.room import Room
from services.chassis.runtime import Runtime
from services.chassis.subscriber.erasure import Leaver
from services.issues.privacy import api
from services.issues.privacy.settings import PrivacySettings
from services.issues.privacy.vault import COLLECTION, INDEXES, DestroyedBy, Vault


def opened_vault(runtime: Runtime[PrivacySettings]) -> Vault:
    """The vault of the service. From now on its secret is the one behind names: make aggregates after this."""
    vault = Vault(runtime.database, runtime.clock, runtime.settings.masters, runtime.gone)
    runtime.secret = vault.secret
    return vault


def room(vault: Vault) -> Room:
    """The room of `vault`."""

    async def erase(leaver: Leaver) -> None:
        """Destroy the keys of the person: from then on nobody reads their contacts, wherever a copy lies."""
        await vault.destroy_those_of(leaver.person, DestroyedBy.ERASURE, leaver.community)

    return Room("privacy", indexes={COLLECTION: INDEXES}, routers=[api.router(vault)], erase=erase)
