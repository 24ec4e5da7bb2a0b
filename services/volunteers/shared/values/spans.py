"""Stretches of time that somebody asks help for: they run forward, and are a day long at most."""

from datetime import datetime, timedelta

from services.chassis.errors import Invalid

LONGEST = timedelta(hours=24)
"""One service takes so long at most."""


class EndsBeforeStart(
    Invalid, code="need.ends-before-start", zh="结束时间必须晚于开始时间。", en="It must end after it starts."
):
    """Time runs one way."""


class TooLong(Invalid, code="need.too-long", zh="一次服务最长 24 小时。", en="One service takes 24 hours at most."):
    """A service that takes longer is several needs."""


def require_span(starts_at: datetime, ends_at: datetime) -> None:
    """Refuse what is no stretch of time, or longer than a service.

    Raises:
        EndsBeforeStart, TooLong: it is.
    """
    if ends_at <= starts_at:
        raise EndsBeforeStart()
    if ends_at - starts_at > LONGEST:
        raise TooLong()
