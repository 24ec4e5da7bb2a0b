"""Erases what notify holds of a person: what it remembers of facts, and who was told what.

The person themselves, their addresses above all, are gone since they asked (`domain.person`).
"""

from services.chassis.store.aggregates import Aggregates
from services.chassis.subscriber.erasure import Leaver
from services.notify.notices.domain.notice import Notice, anonymise
from services.notify.notices.store import Facts, Notices


async def erase(facts: Facts, notices: Aggregates[Notice], leaver: Leaver) -> None:
    """Leave nothing of `leaver`. Done again it finds what came late."""
    await facts.forget(leaver.person, leaver.community)
    async for id in Notices(notices).of(leaver.person, leaver.community):
        await notices.change(id, lambda notice, _: anonymise(notice), leaver.cause)
