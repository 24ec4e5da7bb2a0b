"""E-mail over SMTP. A message is on its way from the first byte of DATA on; a failure before that is a definite no."""

import logging
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from aiosmtplib import SMTP as Client
from aiosmtplib import SMTPException, SMTPResponseException

from services.chassis.clock import Clock
from services.notify.channels.gateways import Accepted, Answer, Later, Refused, Unknown
from services.notify.shared.texts import Words

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class SmtpServer:
    """A mail server. `tls` speaks TLS from the first byte; without it, STARTTLS is used where the server offers it."""

    host: str
    port: int
    sender: str
    tls: bool = False
    user: str | None = None
    password: str | None = None
    seconds: float = 20.0


class EmailGateway:
    """Makes a connection for each message: at most a few hundred an hour leave a committee."""

    def __init__(self, server: SmtpServer, clock: Clock) -> None:
        self._server = server
        self._clock = clock

    async def send(self, notice: str, address: str, words: Words, language: str) -> Answer:
        """Hand a mail over, as `Gateway` says. Nothing that a mail server or a network can cause is raised."""
        message = compose(self._server.sender, address, words, language, notice, self._clock())
        client = Client(
            hostname=self._server.host,
            port=self._server.port,
            use_tls=self._server.tls,
            username=self._server.user,
            password=self._server.password,
            timeout=self._server.seconds,
        )
        try:
            await client.connect()
            await client.mail(self._server.sender)
            await client.rcpt(address)
        except (SMTPException, OSError) as error:
            client.close()
            return _definite(error)
        try:
            await client.data(message.as_bytes(policy=SMTP))
        except SMTPResponseException as error:
            return _definite(error)
        except (SMTPException, OSError) as error:
            log.warning("mail server fell silent", extra={"error": type(error).__name__})
            return Unknown()
        finally:
            client.close()
        return Accepted()


def compose(sender: str, address: str, words: Words, language: str, notice: str, now: datetime) -> EmailMessage:
    """The mail. Its Message-ID is that of the notice, so that a mailbox can drop a mail that comes twice."""
    message = EmailMessage()
    message["From"] = sender
    message["To"] = address
    message["Subject"] = words.subject
    message["Date"] = format_datetime(now)
    message["Message-ID"] = f"<{notice}@{sender.rpartition('@')[2].rstrip('>') or 'localhost'}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(words.body)
    message["Content-Language"] = "zh-CN" if language == "zh" else "en"  # set_content drops what begins with Content-
    return message


def _definite(error: Exception) -> Answer:
    """The answer that a failure before the message was taken means. The reply may hold an address and is not logged."""
    code = error.code if isinstance(error, SMTPResponseException) else None
    log.warning("mail not taken", extra={"error": type(error).__name__, "smtp": code})
    return Refused() if code is not None and code >= 500 else Later()
