"""The secret of a personal calendar: the last one opens it, and no other."""

import asyncio
import hashlib
from datetime import UTC, datetime

from services.chassis.store import mongo
from services.chassis.store.calendar_tokens import COLLECTION, INDEXES, Tokens

AT = datetime(2026, 3, 1, tzinfo=UTC)


async def test_of_secrets_made_at_once_one_opens_the_calendar(store: mongo.Database) -> None:
    await store[COLLECTION].create_indexes(list(INDEXES[COLLECTION]))
    tokens = Tokens(store[COLLECTION])
    made = [f"secret-{n}" for n in range(12)]
    await asyncio.gather(tokens.keep("of another", "res-2", AT), *(tokens.keep(each, "res-1", AT) for each in made))
    assert [await tokens.whose(each) for each in made].count("res-1") == 1
    await tokens.keep("the last", "res-1", AT)
    assert [await tokens.whose(each) for each in (*made, "the last")] == [None] * 12 + ["res-1"]
    assert await tokens.whose("of another") == "res-2"
    await tokens.revoke("res-1")
    assert await tokens.whose("the last") is None


async def test_a_secret_of_the_version_before_opens_the_calendar_until_the_next_one(store: mongo.Database) -> None:
    tokens = Tokens(store[COLLECTION])
    digest = hashlib.sha256(b"old").hexdigest()
    await store[COLLECTION].insert_one({"_id": digest, "person": "res-1", "at": AT})
    assert await tokens.whose("old") == "res-1"
    await tokens.keep("new", "res-1", AT)
    assert [await tokens.whose(each) for each in ("old", "new")] == [None, "res-1"]
