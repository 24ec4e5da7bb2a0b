"""The room of privacy: the keys under which contacts are sealed, and the proof that they were destroyed."""

from dataclasses import dataclass

from services.chassis.http.probes import Fact
from services.chassis.room import Room
from services.chassis.store.mongo import PyMongoError
from services.chassis.subscriber.erasure import Leaver
from services.issues.privacy import api
from services.issues.privacy.vault import COLLECTION, INDEXES, DestroyedBy, Vault


def room(vault: Vault) -> Room:
    """The room of `vault`."""

    async def erase(leaver: Leaver) -> None:
        """Destroy the keys of the person: from then on nobody reads their contacts, wherever a copy lies."""
        await vault.destroy_those_of(leaver.person, DestroyedBy.ERASURE, leaver.community)

    indexes, needs = {COLLECTION: INDEXES}, [VaultOpens(vault)]
    return Room("privacy", indexes=indexes, routers=[api.router(vault)], needs=needs, erase=erase)


@dataclass(frozen=True, slots=True)
class VaultOpens:
    """The check that the deployment's master keys are those under which its contacts are: every command needs them."""

    vault: Vault
    name: str = "keys"

    async def check(self) -> Fact:
        """Look once, and again until they open."""
        try:
            opens = await self.vault.opens()
        except PyMongoError as error:
            return Fact(False, f"the store does not answer: {type(error).__name__}")
        return Fact(opens, "open" if opens else "don't open what is sealed: ISSUES_CONTACT_KEYS lacks one of them")
