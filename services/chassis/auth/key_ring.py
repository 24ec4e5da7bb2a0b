"""The issuer's keys over time are fetched when needed, kept and renewed. A provider that is away stops nobody known.

A set older than its age is renewed in the background while the old one goes on serving. A token that names an unknown
key makes one fetch, shared by all who wait, and no more than one in `again` seconds, so that made-up keys can't be used
to press the provider.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from services.chassis.auth.keys import Key, KeySet, UnusableKeySet, read_key_set
from services.chassis.auth.refusals import KeysUnavailable
from services.chassis.elapsed import Elapsed, elapsed

log = logging.getLogger(__name__)

Fetch = Callable[[], Awaitable[bytes]]
"""Gets the JWKS document; raises OSError when it can't."""


class KeyRing:
    """The keys of one issuer."""

    def __init__(
        self,
        fetch: Fetch,
        *,
        age: float = 600.0,
        again: float = 5.0,
        clock: Elapsed = elapsed,
    ) -> None:
        self._fetch = fetch
        self._age = age
        self._again = again
        self._clock = clock
        self._known: KeySet | None = None
        self._fetched = 0.0
        self._tried: float | None = None
        self._fetching: asyncio.Task[None] | None = None

    @property
    def digest(self) -> str | None:
        """A digest of the keys, which changes when they do."""
        return None if self._known is None else self._known.digest

    async def find(self, kid: str | None, algorithm: str) -> tuple[Key, ...]:
        """The keys that a token with this header may be signed with; none where the issuer has no such key.

        Raises:
            KeysUnavailable: no set was ever fetched.
        """
        if self._known is not None:
            found = self._known.candidates(kid, algorithm)
            if found:
                if self._clock() - self._fetched > self._age and self._may_try():
                    self._start()
                return found
        if self._fetching is not None or self._may_try():
            await asyncio.shield(self._start())
        if self._known is None:
            raise KeysUnavailable()
        return self._known.candidates(kid, algorithm)

    def _may_try(self) -> bool:
        return self._tried is None or self._clock() - self._tried >= self._again

    def _start(self) -> "asyncio.Task[None]":
        if self._fetching is None:
            self._tried = self._clock()
            self._fetching = asyncio.create_task(self._renew())
            self._fetching.add_done_callback(self._done)
        return self._fetching

    def _done(self, task: "asyncio.Task[None]") -> None:
        self._fetching = None

    async def _renew(self) -> None:
        try:
            known = read_key_set(await self._fetch())
        except (OSError, UnusableKeySet) as error:
            log.warning("the issuer's keys could not be fetched", extra={"error": type(error).__name__})
            return
        self._known, self._fetched = known, self._clock()
