"""What a mail server says of a failure blames the mailbox, or does not."""

import pytest

from services.notify.channels.domain.mailboxes import Mailbox, of_failure


@pytest.mark.parametrize(
    ("said", "mailbox"),
    [
        ("5.1.1 <a@example.org>: Recipient address rejected: User unknown", Mailbox.GONE),
        ("Mailbox not found. http://service.mail.example.org/", Mailbox.GONE),
        ("User not found: a@example.org", Mailbox.GONE),
        ("5.2.2 Mailbox full", Mailbox.TROUBLED),
        ("Requested mail action aborted: exceeded storage allocation, mailbox is full", Mailbox.TROUBLED),
        ("5.5.0 something else", Mailbox.TROUBLED),
        ("4.7.1 greylisted", Mailbox.UNBLAMED),
        ("5.7.1 Relay access denied", Mailbox.UNBLAMED),
        ("Relay access denied for unknown user", Mailbox.UNBLAMED),
        ("5.3.4 message too large", Mailbox.UNBLAMED),
        ("no", Mailbox.UNBLAMED),
        ("", Mailbox.UNBLAMED),
    ],
)
def test_only_words_about_the_mailbox_blame_it(said: str, mailbox: Mailbox) -> None:
    assert of_failure(said) == mailbox
