"""E-mail over SMTP. A message is on its way from the first byte of DATA on; a failure before that is definite."""

import logging
import re
from dataclasses import dataclass, replace
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from aiosmtplib import SMTP as Client
from aiosmtplib import SMTPException, SMTPResponseException

from services.chassis.clock import Clock
from services.notify.channels.domain.mail_headers import subject_line
from services.notify.channels.domain.mailboxes import of_failure
from services.notify.channels.gateways import Accepted, Answer, Later, Outgoing, Rate, Refused, Unknown
from services.notify.channels.mail_page import mail_page

log = logging.getLogger(__name__)

_WHOLE_LINES = SMTP.clone(cte_type="7bit", max_line_length=998)
"""Headers stay whole up to the length that RFC 5322 allows. Where lines are shorter, the library writes a long address
or link as encoded words, which mail programs don't read there: nobody could unsubscribe with one click."""

_MAILBOX = frozenset({450, 451, 452})
_UNKNOWN_TO_IT = frozenset({530, 534, 535, 538})
"""What a server says to who has not signed in, or not as it wants, whenever it says so."""
_NO_RELAY = re.compile(r"relay(?:ing)?\b.{0,40}\b(?:denied|not (?:allowed|permitted))|unable to relay", re.IGNORECASE)
"""What a server says to who may send nothing through it."""


@dataclass(frozen=True, slots=True)
class SmtpServer:
    """A mail server. `tls` speaks TLS from the first byte; without it, STARTTLS is used where the server offers it, and
    nothing is said to a server that does not where it is `required` or there is a password."""

    host: str
    port: int
    sender: str
    tls: bool = False
    user: str | None = None
    password: str | None = None
    seconds: float = 20.0
    required: bool = False

    @property
    def starttls(self) -> bool | None:
        """Whether STARTTLS is demanded (True), used where it is offered (None), or superfluous (False)."""
        if self.tls:
            return False
        return True if self.required or self.password is not None else None


class EmailGateway:
    """Sends mail, with a connection for each message, because a committee sends at most a few hundred an hour."""

    rates: tuple[Rate, ...] = ()
    rates_each: tuple[Rate, ...] = ()

    def __init__(self, server: SmtpServer, clock: Clock) -> None:
        self._server = server
        self._clock = clock

    def account(self, address: str) -> str:
        """The account whose limits count."""
        return f"smtp:{self._server.host}"

    async def send(self, message: Outgoing) -> Answer:
        """Hand a mail over, as `Gateway.send` says."""
        mail = compose(self._server.sender, message, self._clock())
        client = Client(
            hostname=self._server.host,
            port=self._server.port,
            use_tls=self._server.tls,
            start_tls=self._server.starttls,
            username=self._server.user,
            password=self._server.password,
            timeout=self._server.seconds,
        )
        try:
            await client.connect()
            await client.mail(self._server.sender)
        except (SMTPException, OSError) as error:
            client.close()
            return _not_ours(error)
        try:
            await client.rcpt(message.address)
        except (SMTPException, OSError) as error:
            client.close()
            return _of_mailbox(error)
        try:
            await client.data(mail)
        except SMTPResponseException as error:
            return _definite(error)
        except (SMTPException, OSError) as error:
            log.warning("mail server fell silent", extra={"error": type(error).__name__})
            return Unknown()
        finally:
            client.close()
        return Accepted()


def compose(sender: str, message: Outgoing, now: datetime) -> bytes:
    """The mail, in plain ASCII, so that it needs no extension of a server.

    Its Message-ID derives from the notice, so that a mailbox can drop a mail that comes twice, and from how often it
    was readdressed, so that a report says which mail came back.
    """
    mail = EmailMessage()
    mail["From"] = sender
    mail["To"] = message.address
    mail["Date"] = format_datetime(now)
    copy = f".{message.readdressed}" if message.readdressed else ""
    mail["Message-ID"] = f"<{message.id}{copy}@{sender.rpartition('@')[2].rstrip('>') or 'localhost'}>"
    mail["Auto-Submitted"] = "auto-generated"
    if message.unsubscribe is not None:
        mail["List-Unsubscribe"] = f"<{message.unsubscribe}>"
        mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    tag = "zh-CN" if message.language == "zh" else "en"
    mail.set_content(message.words.body, cte="base64")
    mail.add_alternative(mail_page(message, tag), subtype="html", cte="base64")
    mail["Content-Language"] = tag  # last, since headers that begin with Content- go to the part made before
    return subject_line(message.words.subject) + mail.as_bytes(policy=_WHOLE_LINES)


def _not_ours(error: Exception) -> Answer:
    """The answer that a failure means before a recipient was named: whatever the code (a password that is wrong, a
    sender that is not allowed, a server that is full), it says nothing about the recipient. A server that said no takes
    no message for a while, and one that will never take it has something against the account."""
    _definite(error)
    if not isinstance(error, SMTPResponseException):
        return Later()
    return Later(full=True, fault=f"smtp-{error.code}" if error.code >= 500 else None)


def _of_mailbox(error: Exception) -> Answer:
    """The answer that a failure means when a recipient was named. A mailbox that is busy or full, or a server that
    takes mail from strangers later (450 to 452), says nothing of the mailboxes of others."""
    answer = _definite(error)
    code = error.code if isinstance(error, SMTPResponseException) else None
    if isinstance(answer, Refused) and isinstance(error, SMTPResponseException) and _NO_RELAY.search(error.message):
        return Later(fault=f"smtp-{code}")  # an attempt, since a single address may be refused in the same words
    return replace(answer, each=True) if isinstance(answer, Later) and code in _MAILBOX else answer


def _definite(error: Exception) -> Answer:
    """The answer that a failure before the message was taken means. The server's reply may hold an address and is not
    logged."""
    code = error.code if isinstance(error, SMTPResponseException) else None
    log.warning("mail not taken", extra={"error": type(error).__name__, "smtp": code})
    if not isinstance(error, SMTPResponseException) or error.code < 500:
        return Later()
    if error.code in _UNKNOWN_TO_IT:
        return Later(full=True, fault=f"smtp-{error.code}")
    return Refused(mailbox=of_failure(error.message))
