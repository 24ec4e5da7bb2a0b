"""A bounce is told from a delay, from somebody's holiday, and from everything else, in each server's own form."""

import base64

import pytest

from services.notify.channels.domain.mailboxes import Mailbox
from services.notify.channels.domain.returned_mail import Reading, Returned, read_returned

ID = "notice-" + "0" * 26
REPORT = """From: MAILER-DAEMON@example.org
Content-Type: multipart/report; report-type=delivery-status; boundary=b

--b
Content-Type: text/plain

It did not work.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.org

Final-Recipient: rfc822; someone@example.org
Action: {action}
Status: {status}
--b
Content-Type: text/rfc822-headers

Message-ID: <{id}@example.org>
--b--
"""
HOLIDAY = f"From: someone@example.org\nAuto-Submitted: auto-replied\nIn-Reply-To: <{ID}@example.org>\n\nI am away.\n"

DEEP = "Content-Type: multipart/mixed; boundary=b0\n\n" + "".join(
    f"--b{n}\nContent-Type: multipart/mixed; boundary=b{n + 1}\n\n" for n in range(1000)
)


@pytest.mark.parametrize(
    ("mail", "reading"),
    [
        (REPORT.format(action="failed", status="5.1.1", id=ID), Reading(Returned.BOUNCE, ID, Mailbox.GONE)),
        (REPORT.format(action="failed", status="5.2.2", id=ID), Reading(Returned.BOUNCE, ID, Mailbox.TROUBLED)),
        (REPORT.format(action="failed", status="5.7.1", id=ID), Reading(Returned.BOUNCE, ID, Mailbox.UNBLAMED)),
        (
            REPORT.format(action="failed", status="5.0.0\nDiagnostic-Code: smtp; 550\n 5.1.1 User unknown", id=ID),
            Reading(Returned.BOUNCE, ID, Mailbox.GONE),
        ),
        (REPORT.format(action="delayed", status="4.4.1", id=ID), Reading(Returned.DELAY, ID)),
        (REPORT.format(action="failed", status="4.4.7", id=ID), Reading(Returned.BOUNCE, ID, Mailbox.TROUBLED)),
        (REPORT.format(action="Delayed", status="5.0.0", id=ID), Reading(Returned.DELAY, ID)),
        (REPORT.format(action="delivered", status="2.0.0", id=ID), Reading(Returned.DELAY, ID)),
        (
            REPORT.format(action="failed", status="5.1.1", id="of-somebody-else"),
            Reading(Returned.BOUNCE, None, Mailbox.GONE),
        ),
        (HOLIDAY, Reading(Returned.AUTOMATIC_REPLY, ID)),
        ("From: someone@example.org\nSubject: Re: 5.1.1\n\nThanks! Status: 5.1.1\n", Reading(Returned.OTHER)),
        ("", Reading(Returned.OTHER)),
        ("Content-Type: multipart/report; report-type=delivery-status\n\nbroken", Reading(Returned.DELAY)),
        (DEEP, Reading(Returned.OTHER)),
    ],
)
def test_each_kind_of_returned_mail_is_understood(mail: str, reading: Reading) -> None:
    assert read_returned(mail.encode()) == reading


OURS = f"Message-ID: <{ID}@example.org>\nSubject: your mailbox is full of spam\n"
QMAIL = f"""Return-Path: <>
From: MAILER-DAEMON@mx.example.net
Subject: failure notice

Hi. This is the qmail-send program at mx.example.net.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out.

<someone@example.net>:
{{reason}}

--- Below this line is a copy of the message.

{OURS}
The rest of it.
"""
EXIM = f"""Return-path: <>
X-Failed-Recipients: someone@example.net
Auto-Submitted: auto-replied
From: Mail Delivery System <Mailer-Daemon@mx.example.net>
Subject: {{subject}}

This message was created automatically by mail delivery software (Exim 4.96.2).

{{reason}}

------ This is a copy of the message, including all the headers. ------

{OURS}
"""
FAILED = "Mail delivery failed: returning message to sender"


def enclosing(sender: str, subject: str, charset: str, words: str, subtype: str = "html") -> str:
    """A bounce in Chinese, which encloses our message."""
    told = base64.b64encode(subject.encode(charset)).decode()
    body = base64.b64encode(words.encode(charset)).decode()
    return (
        f"From: {sender}\nSubject: =?{charset}?B?{told}?=\nContent-Type: multipart/report; boundary=b\n\n"
        f"--b\nContent-Type: text/{subtype}; charset={charset}\nContent-Transfer-Encoding: base64\n\n{body}\n"
        f"--b\nContent-Type: message/rfc822\n\n{OURS}\nOur words.\n--b--\n"
    )


def qq(reason: str) -> str:
    words = (
        "<p>您发送的邮件被退回</p><table><tr><td>无法发送到 someone@example.net</td></tr>"
        f"<tr><td>退信原因</td><td>{reason}</td></tr><tr><td>解决方案</td><td>确认收件人地址是否不存在</td></tr></table>"
    )
    return enclosing('"PostMaster" <PostMaster@qq.com>', "来自qq.com的退信", "gb18030", words)


def netease(reason: str) -> str:
    words = f"您的邮件被退回来了\n退信原因：\n{reason}\n\n建议解决方案：\n检查地址不存在的可能\n"
    return enclosing("Postmaster@163.com", "系统退信", "gb2312", words, "plain")


@pytest.mark.parametrize(
    ("mail", "reading"),
    [
        (QMAIL.format(reason="Sorry, no mailbox here by that name. (#5.1.1)"), (Returned.BOUNCE, ID, Mailbox.GONE)),
        (QMAIL.format(reason="User disk quota exceeded. (#4.3.0)"), (Returned.BOUNCE, ID, Mailbox.TROUBLED)),
        (QMAIL.format(reason="Remote host said: 554 rejected as spam"), (Returned.BOUNCE, ID, Mailbox.UNBLAMED)),
        (QMAIL.format(reason="Gone. (#5.1.1)").replace(ID, "notice-x"), (Returned.BOUNCE, None, Mailbox.GONE)),
        (
            EXIM.format(subject=FAILED, reason='  unknown local-part "someone" in domain "example.net"'),
            (Returned.BOUNCE, ID, Mailbox.GONE),
        ),
        (EXIM.format(subject=FAILED, reason="retry timeout exceeded"), (Returned.BOUNCE, ID, Mailbox.TROUBLED)),
        (
            EXIM.format(subject="Warning: message 1abc delayed 24 hours", reason="Delivery attempts will continue."),
            (Returned.DELAY, ID, Mailbox.UNBLAMED),
        ),
        (qq("未知原因<br/>host mx.example.net said: 550 5.1.1 no"), (Returned.BOUNCE, ID, Mailbox.GONE)),
        (qq("收件人邮箱已满"), (Returned.BOUNCE, ID, Mailbox.TROUBLED)),
        (qq("host mx[5.1.1.9] said: 550 5.7.515 Access denied"), (Returned.BOUNCE, ID, Mailbox.UNBLAMED)),
        (netease("收件人地址不存在。英文说明:User not found"), (Returned.BOUNCE, ID, Mailbox.GONE)),
        (netease("英文说明:Can not connect to example.net"), (Returned.BOUNCE, ID, Mailbox.TROUBLED)),
        (netease("被怀疑为是垃圾邮件，拒绝接收。英文说明:rejected by system"), (Returned.BOUNCE, ID, Mailbox.UNBLAMED)),
        # not a mail server's, whatever it says
        (
            QMAIL.format(reason="(#5.1.1)").replace("MAILER-DAEMON", "someone"),
            (Returned.OTHER, None, Mailbox.UNBLAMED),
        ),
        (
            QMAIL.format(reason="(#5.1.1)").replace("<>\n", "<someone@example.net>\n", 1),
            (Returned.OTHER, None, Mailbox.UNBLAMED),
        ),
        # an automatic reply, though of a server's own address
        (
            HOLIDAY.replace("someone@", "postmaster@"),
            (Returned.AUTOMATIC_REPLY, ID, Mailbox.UNBLAMED),
        ),
    ],
)
def test_bounces_in_a_servers_own_words_are_understood(
    mail: str, reading: tuple[Returned, str | None, Mailbox]
) -> None:
    assert read_returned(mail.encode()) == Reading(*reading)


@pytest.mark.parametrize(("local", "readdressed"), [(ID, 0), (f"{ID}.1", 1), (f"{ID}.27", 27)])
def test_a_report_names_the_very_mail_of_a_notice_that_was_readdressed(local: str, readdressed: int) -> None:
    reading = read_returned(REPORT.format(action="failed", status="5.1.1", id=local).encode())
    assert (reading.notice, reading.readdressed) == (ID, readdressed)
