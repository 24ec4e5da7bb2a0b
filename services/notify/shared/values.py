"""Words of several rooms: the channels that a message can take to a person or to an end point, and age bands."""

from enum import StrEnum
from typing import Literal

AgeBand = Literal["child", "youth", "adult", "elder"]
"""What is known of somebody's age: no birthday."""


class Way(StrEnum):
    """A channel. The first two have a word in `NoticeChannel` too."""

    INBOX = "inbox"
    EMAIL = "email"
    WECOM = "wecom"
    SMS = "sms"
    CALL = "call"
    """Somebody of the committee calls or knocks: a list, worked off by hand."""
    WEBHOOK = "webhook"
    WECOM_ROBOT = "wecom-robot"
    DINGTALK_ROBOT = "dingtalk-robot"
    FEISHU_ROBOT = "feishu-robot"
    APPRISE = "apprise"
    """One of many small services (ntfy, Bark, WxPusher and more), called through a library."""


USUAL_ORDER: tuple[Way, ...] = (Way.EMAIL, Way.WECOM, Way.SMS)
"""The channels that are tried for somebody who has not chosen, the first that can reach them."""

CHOSEN_FROM: tuple[Way, ...] = (Way.INBOX, Way.EMAIL, Way.WECOM, Way.SMS, Way.CALL)
"""The channels that a person can choose or switch off."""

NOISY: frozenset[Way] = frozenset({Way.EMAIL, Way.WECOM, Way.SMS, Way.CALL})
"""Channels that quiet hours hold. An inbox disturbs nobody, and an end point is no person."""

WITH_LINKS: frozenset[Way] = frozenset({Way.EMAIL, Way.WECOM, Way.SMS})
"""Channels that put a text before its recipient alone, who is not signed in there: it may hold the link by which the
message is answered."""

ANSWER_LINK = "answer_link"
"""The value of a text that is the address at which its message is answered."""

ANSWER_PATH_LENGTH = 42
"""The characters of that address behind the origin."""

TO_END_POINTS: frozenset[Way] = frozenset(
    {Way.WEBHOOK, Way.WECOM_ROBOT, Way.DINGTALK_ROBOT, Way.FEISHU_ROBOT, Way.APPRISE}
)
