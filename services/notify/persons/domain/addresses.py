"""The addresses of a person, and those that staff have proposed.

An e-mail address is only proposed, whoever enters it: it is stored with who entered it and when, nothing but a code is
sent to it, and it holds once the person has entered that code. No channel here could carry a code to a phone, so a
phone holds where the person enters it under their own token, and one that staff enter stays unconfirmed until then.
"""

from datetime import datetime, timedelta
from typing import Annotated

from pydantic import ConfigDict, Field, StringConstraints

from services.contracts.value import Value
from services.notify.shared.values import Way

Email = Annotated[
    str,
    StringConstraints(max_length=254, pattern=r"^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$"),
]
Phone = Annotated[str, StringConstraints(pattern=r"^\+?[0-9][0-9 -]{4,22}[0-9]$")]

WecomUser = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.@-]{0,63}$")]
"""The id of a member in the committee's WeCom."""

CODE_HOLDS = timedelta(hours=24)
TRIES = 5
CODES_A_DAY = 3
DAY = timedelta(days=1)
AGAIN = timedelta(minutes=10)
"""After this time another code is sent where the mail server would not take one."""


class Addresses(Value):
    """The addresses at which somebody can be reached."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    email: Email | None = Field(default=None, repr=False)
    phone: Phone | None = Field(default=None, repr=False)
    wecom: WecomUser | None = Field(default=None, repr=False)

    def by(self, way: Way) -> str | None:
        """The address for `way`; None where there is none. Who is called needs no address: the committee finds them."""
        given = {Way.EMAIL: self.email, Way.SMS: self.phone, Way.WECOM: self.wecom, Way.CALL: self.phone or ""}
        return given.get(way)


class SentCode(Value):
    """A code that was sent; `mark` is a keyed digest of it. The code itself is kept nowhere."""

    model_config = ConfigDict(frozen=True)

    mark: str = Field(repr=False)
    expires_at: datetime
    tries: int = 0

    def answers(self, now: datetime) -> bool:
        """Whether the code may still be tried."""
        return now < self.expires_at and self.tries < TRIES


class Proposed(Value):
    """Addresses that `by`, the person or staff of `community`, has entered. The next code is sent at `code_due_at`."""

    model_config = ConfigDict(frozen=True)

    addresses: Addresses = Field(repr=False)
    community: str
    by: str
    at: datetime
    code: SentCode | None = None
    code_due_at: datetime | None = None


def next_code(sent: tuple[datetime, ...], now: datetime) -> datetime:
    """When the next code may be sent after those that were `sent`: few leave in a day, whatever is entered."""
    lately = sorted(moment for moment in sent if moment > now - DAY)
    return now if len(lately) < CODES_A_DAY else max(now, lately[-CODES_A_DAY] + DAY)
