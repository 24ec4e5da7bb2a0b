"""Long Chinese subjects read back whole, in every parser, and never make another header."""

import re
from base64 import b64decode
from email import message_from_bytes
from email.header import decode_header, make_header
from email.policy import compat32, default

from hypothesis import given
from hypothesis import strategies as st

from services.notify.channels.domain.mail_headers import subject_line

WORD = re.compile(r"=\?utf-8\?b\?([^?]*)\?=")
texts = st.text(st.sampled_from("通知活动提醒𠮷🍚a 1[]·é"), min_size=1, max_size=200)


@given(texts, st.sampled_from(["", "[1] "]))
def test_a_subject_reads_back_word_by_word(text: str, before: str) -> None:
    subject = " ".join((before + text).split())
    raw = subject_line(subject)
    lines = raw.decode("ascii").rstrip("\r\n").split("\r\n")
    assert all(len(line) <= 998 for line in lines)
    for word in WORD.finditer(raw.decode()):
        assert len(word[0]) <= 75
        b64decode(word[1]).decode("utf-8")
    mail = raw + b"To: a@example.org\r\n\r\n"
    assert str(message_from_bytes(mail, policy=default)["Subject"]) == subject
    assert str(make_header(decode_header(message_from_bytes(mail, policy=compat32)["Subject"]))) == subject
    joined = b"".join(b64decode(word[1]) for word in WORD.finditer(raw.decode())).decode()
    assert joined in (subject, "")


def test_a_line_break_makes_no_header() -> None:
    raw = subject_line("义诊\r\nBcc: everybody@example.org")
    mail = message_from_bytes(raw + b"\r\n", policy=default)
    assert mail.keys() == ["Subject"]
    assert subject_line("Plain words\nBcc: x@example.org") == b"Subject: Plain words Bcc: x@example.org\r\n"
