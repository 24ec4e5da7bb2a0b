"""Reads mail that comes back: a bounce tells that a message could not be delivered, an automatic reply does not.

Most servers send reports in the form of RFC 3464. qmail, Exim, QQ Mail and NetEase 163 write in words of their own:
such a mail is a bounce where a mail server wrote it and it bears the marks of one of them. Whose message came back is
told by the Message-ID of ours alone, which nobody else can know; a bounce that names none is nobody's.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message
from email.policy import default
from email.utils import parseaddr
from enum import StrEnum
from html import unescape

from services.notify.channels.domain.mailboxes import Mailbox, of_failure

_OURS = re.compile(r"<((?:notice|digest|burst)-[0-9a-f]{26})(?:\.([1-9]\d{0,5}))?@")
_STATUS = re.compile(r"^Status:\s*([245]\.\d{1,3}\.\d{1,3})", re.MULTILINE | re.IGNORECASE)
_ACTION = re.compile(r"^Action:\s*(failed|delayed|delivered|relayed|expanded)\b", re.MULTILINE | re.IGNORECASE)
_DIAGNOSIS = re.compile(r"^Diagnostic-Code:((?:.|\n[ \t])*)", re.MULTILINE | re.IGNORECASE)
_COPIES = frozenset({"message/rfc822", "text/rfc822-headers", "message/rfc822-headers", "message/global"})

_SERVERS = frozenset({"mailer-daemon", "postmaster"})
_QMAIL = re.compile(r"\AHi\. This is the [^\n]+\n")
"""How a bounce in qmail's format (QSBMF) begins, whichever program wrote it."""
_EXIM = "X-Failed-Recipients"
_CHINESE = re.compile(r"邮件被退回|无法发送到|退信原因|系统退信")
"""The words of bounces of QQ Mail and of Coremail, which NetEase runs."""
_COPY_BELOW = re.compile(
    r"^(?:--- (?:Below|Enclosed)\b|-{4,20}[^\n]{0,80}\b(?:copy of|original message)\b|-{4,20}\s*原邮件).*",
    re.MULTILINE | re.IGNORECASE | re.DOTALL,
)
"""The line from which on the text repeats our own message, whose words tell nothing of the failure."""
_ADVICE = re.compile(r"解决方案.*", re.DOTALL)
"""What the sender might do; it speaks of reasons that may not be the one."""
_MOST_PARTS = 30
"""No server's bounce, with our message in it, has parts within so many others."""
_LONGEST = 40_000
"""No bounce needs more characters to say what failed."""
_STILL_TRIED = re.compile(
    r"delivery attempts will continue|has not yet been delivered|will (?:continue|keep) (?:to try|trying)"
    r"|message \S+ (?:has been )?delayed|继续(?:尝试|投递|重试)",
    re.IGNORECASE,
)
_MARKUP = re.compile(r"<(?:style|script)\b.*?</(?:style|script)>|<[^>]*>", re.DOTALL | re.IGNORECASE)


class Returned(StrEnum):
    """The kind of a mail that came back."""

    BOUNCE = "bounce"
    DELAY = "delay"
    """The mail is still being tried, so that there is nothing to record."""
    AUTOMATIC_REPLY = "automatic-reply"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Reading:
    """The kind of a mail that came back, the notice that it is about, if it tells one, and what a bounce says of the
    mailbox. `readdressed` is how often the notice had been sent to another address before that mail."""

    what: Returned
    notice: str | None = None
    mailbox: Mailbox = Mailbox.UNBLAMED
    readdressed: int = 0


def read_returned(raw: bytes) -> Reading:
    """Read the mail `raw`. Only a report that a mail failed is a bounce: its `Action` says so, also where the server
    gave up after days of temporary failures (status 4). A reply about somebody's holiday is none, and one that a mail
    server marks as automatic, as Exim does, is a bounce nevertheless."""
    if raw.lower().count(b"boundary=") > _MOST_PARTS:  # the library needs minutes for thousands within each other
        return Reading(Returned.OTHER)
    return _read(message_from_bytes(raw, policy=default))


def _read(mail: Message) -> Reading:
    if mail.get_content_type() == "multipart/report" and mail.get_param("report-type") == "delivery-status":
        return _report(mail)
    if _by_a_server(mail):
        if any(part.get_content_type() == "message/delivery-status" for part in mail.walk()):
            return _report(mail)
        words = _words(mail)
        if _EXIM in mail or _QMAIL.match(words) or _CHINESE.search(f"{_header(mail, 'Subject')}\n{words}"):
            return _in_words(mail, words)
    automatic = (_header(mail, "Auto-Submitted") or "no").split(";")[0].strip().lower() not in ("no", "")
    if automatic or mail.get("X-Autoreply") or _header(mail, "Precedence").lower() == "auto_reply":
        return _reading(Returned.AUTOMATIC_REPLY, _named(_header(mail, "In-Reply-To")))
    return Reading(Returned.OTHER)


def _report(mail: Message) -> Reading:
    status = ""
    notice: tuple[str, int] | None = None
    for part in mail.walk():
        kind = part.get_content_type()
        if kind == "message/delivery-status":
            status = "".join(str(each) for each in part.get_payload()) if part.is_multipart() else str(part)
        elif kind in _COPIES:
            notice = _named(part.as_string()) or notice
    action, code = _ACTION.search(status), _STATUS.search(status)
    failed = action[1].lower() == "failed" if action is not None else code is not None and code[1][0] == "5"
    if not failed:
        return _reading(Returned.DELAY, notice)
    said = _DIAGNOSIS.search(status)
    mailbox = of_failure("" if said is None else said[1], None if code is None else code[1])
    return _reading(Returned.BOUNCE, notice, mailbox)


def _by_a_server(mail: Message) -> bool:
    """Whether a mail server wrote `mail`: it comes from its address, and goes back to nobody or to that address."""
    writer, back = (parseaddr(_header(mail, name))[1].partition("@")[0].lower() for name in ("From", "Return-Path"))
    return writer in _SERVERS and back in {"", *_SERVERS}


def _in_words(mail: Message, words: str) -> Reading:
    """What a bounce in a server's own words tells."""
    subject = _header(mail, "Subject")
    own = _ADVICE.sub("", _COPY_BELOW.sub("", words))
    notice = _named("\n".join(_everything(mail, words)))
    if _STILL_TRIED.search(f"{subject}\n{own}"):
        return _reading(Returned.DELAY, notice)
    return _reading(Returned.BOUNCE, notice, of_failure(own))


def _everything(mail: Message, words: str) -> Iterator[str]:
    """Where the Message-ID of ours may stand: beside the bounce, in its words, or in the message that it encloses."""
    yield from (_header(mail, name) for name in ("In-Reply-To", "References"))
    yield words
    yield from (part.as_string() for part in mail.walk() if part.get_content_type() in _COPIES)


def _words(mail: Message) -> str:
    """The first text of `mail` that is none of the message that it encloses."""
    if mail.get_content_type() in _COPIES:
        return ""
    if mail.is_multipart():
        return next((words for part in mail.get_payload() if (words := _words(_as_message(part)))), "")
    if mail.get_content_maintype() != "text":
        return ""
    payload = mail.get_payload(decode=True)
    raw = payload if isinstance(payload, bytes) else b""
    try:
        text = raw.decode(_charset(mail), "replace")
    except LookupError:  # a name that no charset has
        text = raw.decode("utf-8", "replace")
    text = text.replace("\r\n", "\n").lstrip()[:_LONGEST]
    return unescape(_MARKUP.sub(" ", text)) if mail.get_content_subtype() == "html" else text


def _charset(mail: Message) -> str:
    """The charset of a text. What is said to be GB 2312 is often of its larger successor."""
    named = (mail.get_content_charset() or "utf-8").lower()
    return "gb18030" if named in ("gb2312", "gbk") else named


def _as_message(part: object) -> Message:
    return part if isinstance(part, Message) else Message()


def _header(mail: Message, name: str) -> str:
    """A header as text. One that the library can't read, as forged mail may have, says nothing."""
    try:
        return str(mail.get(name, "")).strip()
    except (ValueError, LookupError, AttributeError, TypeError):
        return ""


def _named(text: str) -> tuple[str, int] | None:
    """The notice that a Message-ID of ours in `text` names, and how often it had been readdressed."""
    found = _OURS.search(text)
    return None if found is None else (found[1], int(found[2] or 0))


def _reading(what: Returned, named: tuple[str, int] | None, mailbox: Mailbox = Mailbox.UNBLAMED) -> Reading:
    notice, readdressed = named or (None, 0)
    return Reading(what, notice, mailbox, readdressed)
