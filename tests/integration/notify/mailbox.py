"""The mailbox behind the SMTP server of the tests: it takes mail, or refuses it in every way that servers do."""

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

from aiosmtpd.smtp import SMTP, Envelope, Session


class Mailbox:
    """Keeps what it took. `at_rcpt` and `at_data` are replies to give instead; `hang_up` cuts the line in DATA."""

    def __init__(self) -> None:
        self.port = 0
        self.taken: list[EmailMessage] = []
        self.to: list[str] = []
        self.at_rcpt: str | None = None
        self.at_data: str | None = None
        self.hang_up = False

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, rcpt_options: list[str]
    ) -> str:
        if self.at_rcpt is not None:
            return self.at_rcpt
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.at_data is not None:
            return self.at_data
        content = envelope.content
        assert isinstance(content, bytes)
        message = message_from_bytes(content, policy=default)
        assert isinstance(message, EmailMessage)
        self.taken.append(message)
        self.to.extend(envelope.rcpt_tos)
        if self.hang_up:
            assert server.transport is not None
            server.transport.close()
        return "250 OK"
