"""Erases what notify holds of a person: what it remembers of facts, and who was told what.

The person themselves, their addresses above all, are gone since they asked (`domain.person`).
"""

from services.chassis.store.aggregates import Aggregates, Cause
from services.notify.domain.notice import Notice, anonymise
from services.notify.store import Facts, Notices


async def erase(
    facts: Facts, notices: Aggregates[Notice], person: str, cause: Cause, community: str | None = None
) -> None:
    """Erase `person`, in `community` or (None) in all. Done again it finds what came late."""
    await facts.forget(person, community)
    async for id in Notices(notices).of(person, community):
        await notices.change(id, lambda notice, _: anonymise(notice), cause)
