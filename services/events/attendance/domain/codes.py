"""The code that hangs at the venue, by which people check themselves in and out. It exists around its time alone.

Nobody is told the code before, and it is right at no other time. An activity keeps a seed; the code follows from the
seed and the activity's time, so that a code that was shown is worth nothing once the activity has moved.
"""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.chassis.errors import CommunityError, Forbidden
from services.events.activities.domain.activity import Activity

_DIGITS = 6


class WrongCode(
    Forbidden,
    code="activity.wrong-code",
    zh="签到码不正确，或现在不是签到时间。",
    en="The check-in code is not right, or it is not the time for it.",
):
    """The code shows that a person is at the venue. Nobody is told whether it was wrong, early or late."""


class TooManyTries(
    CommunityError,
    code="activity.too-many-tries",
    status=429,
    zh="签到码尝试次数过多，请稍后再试，或请现场工作人员协助签到。",
    en="The check-in code was tried too often; try again later, or ask the desk.",
):
    """Whoever may try for long enough guesses six digits."""


@dataclass(frozen=True, slots=True)
class CodeTime:
    """The time before an activity's start and after its end in which its code exists."""

    before: timedelta = timedelta(minutes=60)
    after: timedelta = timedelta(minutes=60)

    def holds(self, activity: Activity, now: datetime) -> bool:
        """Whether the code exists at `now`."""
        return activity.starts_at - self.before <= now < activity.ends_at + self.after


def code_shown(activity: Activity, now: datetime, time: CodeTime) -> str | None:
    """The code for the desk to hang up; None while there is none."""
    return _code(activity) if time.holds(activity, now) else None


def is_right(activity: Activity, code: str, now: datetime, time: CodeTime) -> bool:
    """Whether `code` is the one that exists now. The answer takes as long, whatever is wrong with the code."""
    same = hmac.compare_digest(code.encode("utf-8", "surrogatepass"), _code(activity).encode())
    return same and time.holds(activity, now)


def _code(activity: Activity) -> str:
    """The six digits. Activities from before codes were derived keep theirs, which may be printed already."""
    seed = activity.check_in_code
    if len(seed) == _DIGITS:
        return seed
    bound = f"{activity.id} {activity.starts_at.isoformat()} {activity.ends_at.isoformat()}"
    digest = hmac.new(seed.encode(), bound.encode(), hashlib.sha256).digest()
    return f"{int.from_bytes(digest[:8]) % 10**_DIGITS:0{_DIGITS}d}"
