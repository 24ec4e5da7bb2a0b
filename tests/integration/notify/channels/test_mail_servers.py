"""Mail servers that offer no TLS, take no password or don't want the sender: nothing is said of the recipient."""

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session

from services.notify.channels.domain import mailboxes
from services.notify.channels.email import EmailGateway, SmtpServer
from services.notify.channels.gateways import Accepted, Answer, Later, Outgoing, Refused
from services.notify.shared.texts import Words
from tests.integration.notify.mailbox import Mailbox
from tests.unit.notify.given import NOW

MESSAGE = Outgoing("notice-1", "someone@example.org", Words("通知", "您好！\n"), "zh")


async def sent(mailbox: Mailbox, **more: object) -> Answer:
    server = SmtpServer("127.0.0.1", mailbox.port, "board@example.org", seconds=5, **more)  # type: ignore[arg-type]
    return await EmailGateway(server, lambda: NOW).send(MESSAGE)


@pytest.mark.parametrize("more", [{"user": "board", "password": "secret"}, {"required": True}])
async def test_neither_a_password_nor_a_mail_is_said_where_tls_is_not_offered(
    mailbox: Mailbox, more: dict[str, object]
) -> None:
    assert await sent(mailbox, **more) == Later()
    assert mailbox.taken == []
    assert await sent(mailbox) == Accepted()


async def test_a_no_before_the_recipient_is_named_is_the_accounts_and_later_it_is_theirs(
    mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def not_from_you(
        self: Mailbox, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        return "550 5.7.1 sender not allowed"

    monkeypatch.setattr(Mailbox, "handle_MAIL", not_from_you, raising=False)
    assert await sent(mailbox) == Later(full=True, fault="smtp-550")
    monkeypatch.undo()
    mailbox.at_rcpt = "550 5.1.1 no such user"
    assert await sent(mailbox) == Refused(mailbox=mailboxes.Mailbox.GONE)
    for reply, answer in (("450 4.2.0 greylisted", Later(each=True)), ("421 4.3.2 closing", Later())):
        mailbox.at_rcpt = reply
        assert await sent(mailbox) == answer


@pytest.mark.parametrize("reply", ["530 5.7.0 authentication required", "535 5.7.8 authentication failed"])
async def test_a_server_that_wants_another_sign_in_has_nothing_against_the_recipient(
    mailbox: Mailbox, reply: str
) -> None:
    mailbox.at_rcpt = reply
    assert await sent(mailbox) == Later(full=True, fault=f"smtp-{reply[:3]}")


async def test_a_server_that_relays_nothing_for_us_is_asked_again_a_few_times(mailbox: Mailbox) -> None:
    mailbox.at_rcpt = "554 5.7.1 <someone@example.org>: Relay access denied"
    assert await sent(mailbox) == Later(fault="smtp-554")
