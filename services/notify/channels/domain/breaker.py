"""When an account is left alone because its provider fails on end, for how long, and who asks it first afterwards.

What is counted are failures one after the other, not messages: of the many that were on their way when the provider
began to fail, only so many count as it takes to leave it alone once. After a rest one message asks whether it works
again; the others wait for what comes of it, so that a provider that swallows what it is given is given one.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

BREAKS_AFTER = 5
"""So many failures on end, and an account is left alone."""
FIRST_REST = timedelta(seconds=60)
_LONGER = 5
"""So often a rest is twice as long as the one before it."""
_PROBE = timedelta(seconds=15)
"""So long others wait for what comes of the one that asks; one that has not answered by then is no news."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """The failures of an account on end, the rests it was given since it worked, and until when the last one lasts.
    `asked_at` is when somebody began to ask after it."""

    failures: int = 0
    rests: int = 0
    until: datetime | None = None
    asked_at: datetime | None = None

    def failed(self, asked_at: datetime, now: datetime) -> "Trouble":
        """The trouble once a call that began at `asked_at` has failed. One that began before the rest tells nothing
        new."""
        if self.until is not None and asked_at < self.until:
            return self
        failures = self.failures + 1
        if failures < BREAKS_AFTER and not self.rests:
            return replace(self, failures=failures)
        return self._rested(failures, now)

    def barred(self, asked_at: datetime, now: datetime) -> "Trouble":
        """The trouble once a call that began at `asked_at` was told that the account is at fault: what goes wrong once
        does so again, and it rests at once."""
        if self.until is not None and asked_at < self.until:
            return self
        return self._rested(self.failures + 1, now)

    def _rested(self, failures: int, now: datetime) -> "Trouble":
        rest = FIRST_REST * 2 ** min(self.rests, _LONGER)
        return Trouble(failures, self.rests + 1, now + rest)

    def waits(self, now: datetime) -> datetime | None:
        """The time until which a message waits, for the rest to end or because another one is asking; None where it may
        ask itself."""
        if self.until is not None and now < self.until:
            return self.until
        if self.until is None or self.asked_at is None:
            return None
        answered_by = self.asked_at + _PROBE
        return answered_by if now < answered_by else None

    def asking(self, now: datetime) -> "Trouble":
        """The trouble while a message asks whether the account works again."""
        return self if self.until is None or now < self.until else replace(self, asked_at=now)
