"""Tells from the words of a mail server whether a mailbox is gone, is full, or has nothing to do with the failure."""

import re
from enum import StrEnum

_CODE = re.compile(r"(?<![\w.])([45])\.([0-7])\.(\d{1,3})(?!\w|\.\d)")
"""An enhanced status code; an address of a network or the version of a program is none."""
_NO_SUCH = frozenset({"1.1", "1.2", "1.3", "1.6", "1.10", "2.1", "4.1", "4.4"})
"""The codes of RFC 3463 and RFC 7505 for a mailbox or domain that isn't there or takes no mail any more."""
_OF_A_MAILBOX = frozenset({"2.2", "4.7"})
"""A mailbox that is full, and one that could not be reached for days."""
_UNSAID = frozenset({None, "0.0", "1.0", "2.0", "3.0", "5.0"})
"""No code, or one that leaves the reason to the words."""

_FULL = re.compile(
    r"quota|mailbox (?:is )?full|storage full|insufficient (?:system )?storage|(?:mailbox|account)[^.\n]{0,80}\bis full"
    r"|邮箱[^。\n]{0,10}满|容量[^。\n]{0,10}(?:不足|已满)|空间不足",
    re.IGNORECASE,
)
_GONE = re.compile(
    r"(?:user|recipient|mailbox|address|account|local.part|alias) (?:is )?unknown|unknown (?:user|recipient|local.part)"
    r"|unknown or illegal alias|no such (?:user|recipient|mailbox|account|address|person|domain)"
    r"|no mailbox (?:here )?by that name"
    r"|(?:user|mailbox|recipient|account|address)[^.\n]{0,60} (?:(?:do|does) ?n[o']t exist|could ?n[o']t be found"
    r"|not found|is disabled|is inactive|(?:un|not )available)"
    r"|doesn't have an? \S+ account|invalid (?:user|recipient|mailbox)|inactive (?:user|account|mailbox)"
    r"|unrouteable address|domain (?:name )?not found|host not found|couldn't find any host"
    r"|(?:用户|帐号|账号|邮箱|地址|收件人|域名)[^。\n]{0,20}(?:不存在|未找到|找不到|已停用|已注销|无效)|无此用户",
    re.IGNORECASE,
)
_NOT_ITS_FAULT = re.compile(
    r"spam|policy|block(?:ed|list)|blacklist|reputation|virus|authenticat|relay|too large|rejected by system"
    r"|垃圾|病毒|拒绝接收|拒收|频率|黑名单",
    re.IGNORECASE,
)
_FOR_DAYS = re.compile(
    r"temporar|time(?:d)? ?out|timeout exceeded|too long|try again later|can ?not connect|could not connect"
    r"|connection (?:refused|timed out)|无法与|联络上|网络",
    re.IGNORECASE,
)


class Mailbox(StrEnum):
    """What a failure says of the mailbox to which a mail went."""

    GONE = "gone"
    """It isn't there, or takes no mail any more."""
    TROUBLED = "troubled"
    """It is full, or could not be reached for days; it may take mail again."""
    UNBLAMED = "unblamed"
    """The failure is about the mail, its sender or the way: the mailbox may be well."""


def of_failure(said: str, code: str | None = None) -> Mailbox:
    """What the words `said` of a mail server, or its enhanced status `code`, tell of the mailbox. A code that says more
    than "other" goes before the words, one in the words before a general one beside them."""
    found = [each for each in (_CODE.search(code or ""), _CODE.search(said)) if each is not None]
    exact = next((each for each in found if f"{each[2]}.{each[3]}" not in _UNSAID), found[0] if found else None)
    detail = None if exact is None else f"{exact[2]}.{exact[3]}"
    if exact is not None and exact[1] == "4":
        return Mailbox.UNBLAMED if exact[2] == "7" else Mailbox.TROUBLED
    if detail in _NO_SUCH:
        return Mailbox.GONE
    if detail in _OF_A_MAILBOX or (detail in _UNSAID and _FULL.search(said)):
        return Mailbox.TROUBLED
    if detail not in _UNSAID or _NOT_ITS_FAULT.search(said):
        return Mailbox.UNBLAMED
    if _GONE.search(said):
        return Mailbox.GONE
    return Mailbox.TROUBLED if exact is not None or _FOR_DAYS.search(said) else Mailbox.UNBLAMED
