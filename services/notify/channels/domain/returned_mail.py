"""Mail that comes back: a bounce tells what could not be delivered, an automatic reply tells nothing of the kind."""

import re
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message
from email.policy import default
from enum import StrEnum

_OURS = re.compile(r"<((?:notice|digest|burst)-[0-9a-f]{26})@")
_STATUS = re.compile(r"^Status:\s*([245])\.", re.MULTILINE | re.IGNORECASE)


class Returned(StrEnum):
    """What a mail that came back is."""

    BOUNCE = "bounce"
    DELAY = "delay"
    """It is still being tried: nothing to write down."""
    AUTOMATIC_REPLY = "automatic-reply"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Reading:
    """What a mail that came back says, and of which notice, if it says so."""

    what: Returned
    notice: str | None = None


def read_returned(raw: bytes) -> Reading:
    """What `raw` says. Only a report with a permanent status is a bounce: somebody's holiday is none."""
    mail = message_from_bytes(raw, policy=default)
    if mail.get_content_type() == "multipart/report" and mail.get_param("report-type") == "delivery-status":
        return _report(mail)
    automatic = str(mail.get("Auto-Submitted", "no")).split(";")[0].strip().lower() not in ("no", "")
    if automatic or mail.get("X-Autoreply") or str(mail.get("Precedence", "")).lower() == "auto_reply":
        return Reading(Returned.AUTOMATIC_REPLY, _named(str(mail.get("In-Reply-To", ""))))
    return Reading(Returned.OTHER)


def _report(mail: Message) -> Reading:
    status, notice = "", None
    for part in mail.walk():
        kind = part.get_content_type()
        if kind == "message/delivery-status":
            status = "".join(str(each) for each in part.get_payload()) if part.is_multipart() else str(part)
        elif kind in ("message/rfc822", "text/rfc822-headers", "message/rfc822-headers"):
            notice = _named(part.as_string()) or notice
    found = _STATUS.search(status)
    what = Returned.BOUNCE if found is not None and found[1] == "5" else Returned.DELAY
    return Reading(what, notice)


def _named(text: str) -> str | None:
    found = _OURS.search(text)
    return None if found is None else found[1]
