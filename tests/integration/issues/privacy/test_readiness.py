"""A replica whose master keys don't open what is sealed takes no commands, and says so before anybody sends one."""

import base64
from typing import Any

from services.chassis.auth.development import DevelopmentIssuer
from services.chassis.clock import utc_now
from services.chassis.store.mongo import Database
from services.issues.app import service
from services.issues.privacy.sealing import Masters, fresh_key
from services.issues.privacy.vault import Vault
from services.issues.settings import IssuesSettings
from tests.integration import standing
from tests.integration.calling import Caller


async def _fact(settings: IssuesSettings) -> dict[str, Any]:
    """What the whole service says of its keys."""
    async with (
        standing.whole(service, settings) as transport,
        Caller(transport, DevelopmentIssuer(settings), "issues") as caller,
    ):
        told = (await caller.get(None, "/api/issues/readyz")).json()
    (fact,) = (fact for fact in told["facts"] if fact["name"] == "keys")
    assert fact["of"] == "commands"
    assert fact["ok"] or not told["ready"]
    return dict(fact)


async def test_keys_that_open_nothing_of_what_is_sealed_are_told(
    settings: IssuesSettings, db: Database, kafka_bootstrap: str, topic_prefix: str
) -> None:
    known = standing.on_topics(settings, kafka_bootstrap, topic_prefix)
    assert (await _fact(known))["ok"], "nothing is sealed yet"
    key = fresh_key()
    await Vault(db, utc_now, Masters("older", {"older": key})).secret()
    fact = await _fact(known)
    assert (fact["ok"], "ISSUES_CONTACT_KEYS lacks one" in fact["detail"]) == (False, True)
    older = f"older:{base64.b64encode(key).decode()}"
    assert (await _fact(known.model_copy(update={"contact_keys": older})))["ok"]
