"""A bounce is told from a delay, from somebody's holiday, and from everything else."""

import pytest

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


@pytest.mark.parametrize(
    ("mail", "reading"),
    [
        (REPORT.format(action="failed", status="5.1.1", id=ID), Reading(Returned.BOUNCE, ID)),
        (REPORT.format(action="delayed", status="4.4.1", id=ID), Reading(Returned.DELAY, ID)),
        (REPORT.format(action="failed", status="5.1.1", id="of-somebody-else"), Reading(Returned.BOUNCE, None)),
        (HOLIDAY, Reading(Returned.AUTOMATIC_REPLY, ID)),
        ("From: someone@example.org\nSubject: Re: 5.1.1\n\nThanks! Status: 5.1.1\n", Reading(Returned.OTHER)),
        ("", Reading(Returned.OTHER)),
        ("Content-Type: multipart/report; report-type=delivery-status\n\nbroken", Reading(Returned.DELAY)),
    ],
)
def test_what_came_back_is_understood(mail: str, reading: Reading) -> None:
    assert read_returned(mail.encode()) == reading
