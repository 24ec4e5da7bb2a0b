"""The record of mail to a person's address that came back, and when it ends all mail to that address.

A mailbox that is gone is not written to again. One that is full, or could not be reached for days, is given up once
three mails in a row came back within a month. Who enters the address anew, or confirms one, begins afresh.
"""

from datetime import datetime, timedelta

from pydantic import ConfigDict

from services.contracts.value import Value

IN_A_ROW = 3
WITHIN = timedelta(days=30)


class Failure(Value):
    """One mail that came back from a mailbox which may take mail again: which notice it was, when it was sent, and when
    it came back."""

    model_config = ConfigDict(frozen=True)

    notice: str
    sent_at: datetime
    at: datetime


class Bounces(Value):
    """What came back from the address that a person has now, entered at `since` (None: before this was kept).

    From `given_up_at` on nothing is mailed to it; `given_up_for` is the notice whose return decided that.
    """

    model_config = ConfigDict(frozen=True)

    since: datetime | None = None
    failures: tuple[Failure, ...] = ()
    given_up_at: datetime | None = None
    given_up_for: str | None = None

    @property
    def any(self) -> bool:
        """Whether anything came back."""
        return bool(self.failures) or self.given_up_at is not None

    def after(self, failure: Failure, taken_at: datetime | None, *, gone: bool) -> "Bounces":
        """The record once `failure` is known too. `gone`: the mailbox is; `taken_at`: when the last mail before this
        one was sent that did not come back, which ends a row.

        What was sent before the address was entered came back from another one, and the same mail counts once.
        """
        if self.given_up_at is not None or (self.since is not None and failure.sent_at < self.since):
            return self
        if gone:
            return self._given_up(failure)
        if failure.notice in {each.notice for each in self.failures}:
            return self
        row = tuple(
            each
            for each in self.failures
            if failure.at - each.at < WITHIN and (taken_at is None or each.sent_at >= taken_at)
        )
        row = (*row, failure)
        if len(row) >= IN_A_ROW:
            return self._given_up(failure)
        return self.model_copy(update={"failures": row})

    def _given_up(self, failure: Failure) -> "Bounces":
        return self.model_copy(update={"failures": (), "given_up_at": failure.at, "given_up_for": failure.notice})
