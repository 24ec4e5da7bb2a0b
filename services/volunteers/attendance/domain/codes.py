"""The code by which volunteers check in and out where they serve. It changes often, and is valid only around the
service.

The code derives from a secret of the program (held by `naming`), the need, its time and the moment. It is not stored,
and a code that somebody noted down or photographed is worthless a little later.
"""

import hmac
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from services.chassis.aggregate import Naming
from services.chassis.errors import CommunityError, Forbidden
from services.volunteers.needs.domain.need import Need

_DIGITS = 6
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SCHEME = "sunshine:attendance"


class WrongCode(
    Forbidden,
    code="need.wrong-code",
    zh="签到码不正确或已更换，或现在不是签到时间。",
    en="The code is not right, has changed by now, or it is not the time for it.",
):
    """The code is wrong, old, or given too early or too late; which of these is not told."""


class TooManyTries(
    CommunityError,
    code="need.too-many-tries",
    status=429,
    zh="签到码尝试次数过多，请稍后再试，或请网格员代为签到。",
    en="The code was tried too often; try again later, or ask the grid worker to check you in.",
):
    """Too many wrong codes were tried, for somebody who may go on trying guesses six digits."""


@dataclass(frozen=True, slots=True)
class CodeTime:
    """The times of codes: they exist from `before` the start of a need until `after` its end, and change after each
    `turn`.

    The code of the turn before is taken too, so that nobody is too slow for a code that they were just shown.
    """

    before: timedelta = timedelta(minutes=60)
    after: timedelta = timedelta(minutes=120)
    turn: timedelta = timedelta(seconds=60)

    def holds(self, need: Need, now: datetime) -> bool:
        """Whether there is a code for `need` at `now`."""
        return need.starts_at - self.before <= now < need.ends_at + self.after

    def number(self, now: datetime) -> int:
        """The number of the turn in which `now` lies."""
        return (now - _EPOCH) // self.turn

    def ends(self, number: int) -> datetime:
        """The time from which the code of the turn `number` is no longer taken."""
        return _EPOCH + (number + 2) * self.turn


def code_shown(naming: Naming, need: Need, now: datetime, time: CodeTime) -> tuple[str, datetime] | None:
    """The digits to show, and the time until which they are taken; None while there is no code."""
    if not time.holds(need, now):
        return None
    number = time.number(now)
    return _digits(naming, need, number), min(time.ends(number), need.ends_at + time.after)


def is_right(naming: Naming, need: Need, typed: str, now: datetime, time: CodeTime) -> bool:
    """Whether `typed`, which somebody typed or scanned, is a code that is taken now. The check takes the same time
    whatever is wrong."""
    digits = typed.strip().removeprefix(scanned(need, "")).encode("utf-8", "surrogatepass")
    number = time.number(now)
    same = [hmac.compare_digest(digits, _digits(naming, need, each).encode()) for each in (number, number - 1)]
    return any(same) and time.holds(need, now)


def scanned(need: Need, digits: str) -> str:
    """The text of the QR code that shows `digits`. It names the need, so that a QR code of another need is not
    taken."""
    return f"{_SCHEME}:{need.id}:{digits}"


def _digits(naming: Naming, need: Need, number: int) -> str:
    mark = naming("code", need.id, need.starts_at.isoformat(), need.ends_at.isoformat(), str(number))
    return f"{int(mark.removeprefix('code-')[:16], 16) % 10**_DIGITS:0{_DIGITS}d}"
