"""A mail reads back as it was composed."""

import re
from dataclasses import replace
from email import message_from_bytes
from email.policy import default
from html import unescape

from services.notify.channels.email import compose
from services.notify.channels.gateways import Outgoing
from services.notify.channels.mail_page import mail_page
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


def test_the_layout_says_what_the_text_says_and_nothing_in_it_is_markup() -> None:
    words = Words("<b>活动</b>取消", "您好！\n\n“𠮷某<script>alert(1)</script>”不来了。\n请见 阿依·某某。\n")
    for tag, language in (("zh-CN", "zh"), ("en", "en")):
        message = Outgoing("n-1", "a@example.org", words, language, values={"community": "阳光<社区>"})
        page = mail_page(message, tag)
        assert f'lang="{tag}"' in page
        assert "阳光&lt;社区&gt;" in page
        assert "<script" not in page
        assert "<b>" not in page
        assert "src=" not in page, "a mail loads nothing"
        assert "href" not in page, "mandatory mail has no way out"
        shown = re.sub(r"<[^>]+>", "", page.replace("<br>", "\n"))
        assert all(line in unescape(shown) for line in words.body.splitlines())
        leave = replace(message, unsubscribe="https://b.example.org/u?t=1&x=2")
        assert "https://b.example.org/u?t=1&amp;x=2" in mail_page(leave, tag)


def test_long_addresses_and_links_stand_in_the_head_as_they_are() -> None:
    words = Words("活动提醒", "您好！\n")
    address = f"{'a' * 64}@{'b' * 60}.{'c' * 60}.{'d' * 60}.org"
    way_out = f"https://board.example.org/api/notify/v1/unsubscribe/{'ab.c-' * 60}"
    head = compose("board@example.org", Outgoing("n-1", address, words, "zh", unsubscribe=way_out), NOW)
    lines = head.partition(b"\r\n\r\n")[0].split(b"\r\n")
    assert f"List-Unsubscribe: <{way_out}>".encode() in lines, "no encoded words, which mail programs don't read here"
    assert f"To: {address}".encode() in lines
