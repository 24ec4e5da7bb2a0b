"""Keeps how the accounts at providers are: well, full, failing on end, or at fault.

An account is at fault where its provider takes nothing of it until somebody puts it right: a wrong password, no
balance, an address that is not on a list. It rests as one whose provider fails, in every replica, so that nobody is
refused for it; and the operators are told once, by a line of the log and by a figure.
"""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime, timedelta

from services.chassis.clock import Clock
from services.chassis.store.mongo import PyMongoError
from services.notify.channels.domain.breaker import Trouble
from services.notify.channels.gateways import Answer, Later, Refused, Unknown
from services.notify.channels.pacing import Pacing

log = logging.getLogger(__name__)

FULL_FOR = timedelta(seconds=60)
"""So long an account rests that is full, where its provider does not say how long."""
_EVERY = 15.0
"""Seconds between two looks at what other replicas have found out."""


class Accounts:
    """Rests accounts, and knows those that are at fault."""

    def __init__(self, pacing: Pacing, clock: Clock) -> None:
        self._pacing = pacing
        self._clock = clock
        self._troubles: dict[str, Trouble] = {}
        self._at_fault: Mapping[str, str] = {}
        self._met: defaultdict[str, set[str]] = defaultdict(set)
        """The messages of each account that met its fault, since it last took one."""
        self._suspected: defaultdict[str, frozenset[str]] = defaultdict(frozenset)
        """Those that met one and are alone with it, for others were taken since."""

    def fault(self, account: str) -> str | None:
        """What is wrong with `account`, as its provider says; None where nothing is known to be."""
        return self._at_fault.get(account)

    def figure(self) -> Mapping[tuple[str, ...], float]:
        """The accounts that are at fault, for the page of figures."""
        return {(account,): 1.0 for account in self._at_fault}

    async def watch(self) -> None:
        """Look for ever at what other replicas have found out."""
        while True:
            try:
                self._at_fault = await self._pacing.at_fault()
            except PyMongoError as error:
                log.warning("accounts not looked at", extra={"error": type(error).__name__})
            await asyncio.sleep(_EVERY)

    async def heard(self, account: str, answer: Answer, asked_at: datetime, message: str) -> Answer:
        """Rest an account that is full, at fault, or whose provider fails on end, in every replica. One that is full
        works, and what a provider says of a single recipient says nothing of the account.

        Returns what the answer, given at `asked_at` to `message`, means for that message. Where others were taken since
        the message met a fault before, the fault is its own.
        """
        now = self._clock()
        match answer:
            case Later(fault=str(fault)):
                if message in self._suspected[account]:
                    return Refused(fault)
                self._met[account].add(message)
                self._at_fault = {**self._at_fault, account: fault}  # first, for messages that are held meanwhile
                await self._rests(account, self._trouble(account).barred(asked_at, now))
                await self._blame(account, fault, now)
            case Later(each=True):
                pass
            case Later(full=True):
                await self._pacing.pause(account, now + (answer.after or FULL_FOR))
            case Later() | Unknown():
                await self._rests(account, self._trouble(account).failed(asked_at, now))
            case _:
                await self._works(account)
        return answer

    def asks_first(self, account: str, now: datetime) -> datetime | None:
        """The time until which a message waits for another one, which asks whether the provider works again."""
        return self._trouble(account).waits(now)

    def asking(self, account: str, now: datetime) -> None:
        """A message is about to be sent by `account`."""
        if account in self._troubles:
            self._troubles[account] = self._troubles[account].asking(now)

    def _trouble(self, account: str) -> Trouble:
        return self._troubles.get(account, Trouble())

    async def _rests(self, account: str, after: Trouble) -> None:
        before, self._troubles[account] = self._trouble(account), after
        if after.until is not None and after.until != before.until:
            await self._pacing.pause(account, after.until)

    async def _blame(self, account: str, fault: str, now: datetime) -> None:
        if await self._pacing.blame(account, fault, now):
            log.error("the account of a provider is at fault", extra={"account": account, "reason": fault})

    async def _works(self, account: str) -> None:
        self._troubles.pop(account, None)
        self._suspected[account] |= self._met.pop(account, set())
        if account in self._at_fault:
            self._at_fault = {name: fault for name, fault in self._at_fault.items() if name != account}
            if await self._pacing.acquit(account):
                log.info("the account of a provider works again", extra={"account": account})
