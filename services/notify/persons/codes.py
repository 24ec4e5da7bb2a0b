"""Sends the codes by which people confirm addresses that staff have entered.

A code exists in the process that sends it, and in the mail: what is stored is a keyed digest. A process that dies in
between has sent none; the person asks for another.
"""

import asyncio
import logging
import secrets
from datetime import timedelta

from services.chassis.aggregate import new_id
from services.chassis.clock import Clock
from services.chassis.errors import Unavailable
from services.chassis.principal import SYSTEM
from services.chassis.store.aggregates import Aggregates, Cause
from services.chassis.store.mongo import PyMongoError
from services.chassis.store.secret import Secret, keyed_mark
from services.notify.channels import Gateway, Later, Refused
from services.notify.notices.wording import Wording
from services.notify.persons.domain.confirming import send_again, send_code
from services.notify.persons.domain.person import Person

log = logging.getLogger(__name__)

_BATCH = 50
_CAUSE = Cause(SYSTEM, "address-codes")


async def code_mark(secret: Secret, person: Person, code: str) -> str:
    """What is kept of `code` for the address that was entered for `person`; of another address it is another."""
    email = None if person.proposed is None else person.proposed.addresses.email
    return keyed_mark(await secret(), "address-code", person.id, email or "", code)


class Codes:
    """The sender of one process; several may run side by side."""

    def __init__(
        self, persons: Aggregates[Person], gateway: Gateway, wording: Wording, clock: Clock, every: timedelta
    ) -> None:
        self._persons = persons
        self._gateway = gateway
        self._wording = wording
        self._clock = clock
        self._every = every

    async def run(self) -> None:
        """Send for ever."""
        while True:
            try:
                await self.once()
            except (Unavailable, PyMongoError) as error:
                log.warning("sending codes interrupted", extra={"error": type(error).__name__})
            await asyncio.sleep(self._every.total_seconds())

    async def once(self) -> int:
        """Send the codes that are due now; returns how many people they were for."""
        due = {"state.proposed.code_due_at": {"$lte": self._clock()}}
        found = (await self._persons.select(due, limit=_BATCH)).items
        for stored in found:
            await self._send(stored.aggregate)
        return len(found)

    async def _send(self, person: Person) -> None:
        """Who wins the change sends; the others, and whoever finds it answered meanwhile, do nothing."""
        email = None if person.proposed is None else person.proposed.addresses.email
        if email is None:
            return
        code = f"{secrets.randbelow(10**8):08}"
        mark = await code_mark(self._persons.secret, person, code)
        claimed = await self._persons.change(person.id, lambda known, now: send_code(known, email, mark, now), _CAUSE)
        proposed = claimed.aggregate.proposed
        if proposed is None or proposed.code is None or proposed.code.mark != mark:
            return
        language = claimed.aggregate.choices.language
        words = self._wording.address_code(language, proposed.community, code)
        answer = await self._gateway.send(new_id("code"), email, words, language)
        if isinstance(answer, Later):
            await self._persons.change(person.id, lambda known, now: send_again(known, mark, now), _CAUSE)
        elif isinstance(answer, Refused):
            log.warning("an address that staff entered takes no mail")
