"""Sends the codes by which people confirm addresses that staff have entered.

A code exists in the process that sends it and in the mail; only a keyed digest of it is stored. A process that dies in
between has sent none, and the person asks for another.
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
from services.notify.channels.gateways import Gateway, Later, Outgoing, Refused
from services.notify.persons.code_text import CodeText
from services.notify.persons.domain.confirming import send_again, send_code
from services.notify.persons.domain.person import Person
from services.notify.persons.store import code_due

log = logging.getLogger(__name__)

_BATCH = 50
_CAUSE = Cause(SYSTEM, "address-codes")


async def code_mark(secret: Secret, person: Person, code: str) -> str:
    """The keyed digest of `code` for the address that was entered for `person`; for another address it is another."""
    email = None if person.proposed is None else person.proposed.addresses.email
    return keyed_mark(await secret(), "address-code", person.id, email or "", code)


class Codes:
    """Sends codes in one process; several may run side by side."""

    def __init__(
        self, persons: Aggregates[Person], gateway: Gateway, text: CodeText, clock: Clock, every: timedelta
    ) -> None:
        self._persons = persons
        self._gateway = gateway
        self._text = text
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
        found = (await self._persons.select(code_due(self._clock()), limit=_BATCH)).items
        for stored in found:
            await self._send(stored.aggregate)
        return len(found)

    async def _send(self, person: Person) -> None:
        """Send a code, unless another sender has won the change, or the person has answered meanwhile."""
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
        words = self._text.render(language, proposed.community, code)
        answer = await self._gateway.send(Outgoing(new_id("code"), email, words, language))
        if isinstance(answer, Later):
            await self._persons.change(person.id, lambda known, now: send_again(known, mark, now), _CAUSE)
        elif isinstance(answer, Refused):
            log.warning("an address that staff entered takes no mail")
