"""A mail reads back as it was composed."""

from email import message_from_bytes
from email.policy import default

from services.notify.channels.email import compose
from services.notify.channels.gateways import Outgoing
from services.notify.shared.texts import Words
from tests.unit.notify.given import NOW


def test_a_chinese_mail_reads_back_as_it_was_written() -> None:
    words = Words("活动提醒：四点半小课堂", "您好！\n明天见。\n")
    message = Outgoing("notice-1", "someone@example.org", words, "zh")
    raw = compose("board@example.org", message, NOW)
    read = message_from_bytes(raw, policy=default)
    assert read["Subject"] == words.subject
    plain = read.get_body(("plain",))
    assert plain is not None
    assert plain.get_content().replace("\r\n", "\n") == words.body
    assert read["Message-ID"] == "<notice-1@example.org>"
    assert read["Date"].datetime == NOW
    assert read["Content-Language"] == "zh-CN"
    assert read["Auto-Submitted"] == "auto-generated"
    assert all(len(line) <= 998 for line in raw.split(b"\r\n"))
