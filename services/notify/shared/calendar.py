"""Times as people of the community read them: in their zone and language, with the weekday."""

from datetime import datetime

from services.chassis.values import ZONE

_WEEKDAYS = {"zh": "一二三四五六日", "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")}
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def weekday(at: datetime, language: str) -> str:
    """The weekday: `周四`, `Thu`."""
    name = _WEEKDAYS[language][at.astimezone(ZONE).weekday()]
    return f"周{name}" if language == "zh" else name


def month(at: datetime, language: str) -> str:
    """The month: `12月`, `Dec`."""
    number = at.astimezone(ZONE).month
    return f"{number}月" if language == "zh" else _MONTHS[number - 1]


def day(at: datetime, language: str) -> str:
    """The day: `12月3日 周四`, `Thu 3 Dec`."""
    date = at.astimezone(ZONE).day
    if language == "zh":
        return f"{month(at, language)}{date}日 {weekday(at, language)}"
    return f"{weekday(at, language)} {date} {month(at, language)}"


def clock(at: datetime) -> str:
    """The time of day: `16:30`."""
    return f"{at.astimezone(ZONE):%H:%M}"


def moment(at: datetime, language: str) -> str:
    """The day and the time: `12月3日 周四 16:30`, `Thu 3 Dec, 16:30`."""
    return f"{day(at, language)}{' ' if language == 'zh' else ', '}{clock(at)}"
