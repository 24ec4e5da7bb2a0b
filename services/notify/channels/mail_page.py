"""The layout of mail: the community's name, the message, and the reason why it was sent. It loads nothing and has no
trackers.

The layout follows what mail readers understand, which is less than browsers do: styles stand in the elements, a table
makes the column, and the dark variant is a media query that some readers know.
"""

from collections.abc import Collection
from html import escape

from services.notify.channels.gateways import Outgoing

_WHY = {
    "zh-CN": "您收到这封邮件，是因为您在社区登记了这个邮箱。请勿直接回复。",
    "en": "You receive this because you have given this address to the community. Please don't reply to it.",
}
_END = {"zh-CN": "退订此类邮件", "en": "Unsubscribe from mail of this kind"}
_ANSWER = {"zh-CN": "答复：能参加 / 不能参加", "en": "Answer: yes or no"}
_STYLE = (
    "@media (prefers-color-scheme:dark){.page{background:#14181d!important}.card{background:#1e242b!important}"
    ".card *{color:#e8ecf1!important}.foot,.foot *{color:#aab4c0!important}}"
)
_FONT = "font-family:'PingFang SC','Microsoft YaHei','Noto Sans CJK SC',sans-serif"


def mail_page(message: Outgoing, tag: str) -> str:
    """The HTML page of a mail with the words of `message`, all escaped, in the language `tag`."""
    community = escape(message.values.get("community", ""))
    subject = escape(message.words.subject)
    blocks = message.words.body.strip().split("\n\n")
    paragraphs = "".join(
        f'<p style="margin:0 0 16px;font-size:17px;line-height:1.7;color:#1c2733;{_FONT}">'
        f"{_lines(block, message.answers, tag)}</p>"
        for block in blocks
        if block.strip()
    )
    return (
        f'<!doctype html><html lang="{tag}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        '<meta name="color-scheme" content="light dark">'
        f"<title>{subject}</title><style>{_STYLE}</style></head>"
        '<body class="page" style="margin:0;background:#f2f4f7">'
        '<table role="presentation" width="100%" cellpadding="0" cellspacing="0"><tr><td align="center">'
        '<table role="presentation" width="100%" style="max-width:600px" cellpadding="0" cellspacing="0">'
        f'<tr><td style="padding:24px 24px 12px;font-size:15px;color:#9c1f1f;font-weight:bold;{_FONT}">'
        f"{community}</td></tr>"
        '<tr><td class="card" style="background:#ffffff;border-top:4px solid #c0392b;padding:24px">'
        f'<h1 style="margin:0 0 20px;font-size:21px;line-height:1.4;color:#1c2733;{_FONT}">{subject}</h1>'
        f"{paragraphs}</td></tr>"
        f'<tr><td class="foot" style="padding:16px 24px 32px;font-size:13px;line-height:1.6;color:#5b6673;{_FONT}">'
        f"{_WHY[tag]}{_way_out(message.unsubscribe, tag)}</td></tr></table></td></tr></table></body></html>"
    )


def _lines(block: str, answers: Collection[str], tag: str) -> str:
    """The lines of a paragraph. One that is an address at which the message is answered is a button."""
    lines = (line.strip() for line in block.strip().splitlines())
    return "<br>".join(_button(line, tag) if line in answers else escape(line) for line in lines)


def _button(address: str, tag: str) -> str:
    style = (
        "display:inline-block;margin:8px 0;padding:14px 28px;border-radius:8px;background:#1d6b35;color:#ffffff;"
        "font-size:19px;font-weight:bold;text-decoration:none"
    )
    return f'<a class="answer" href="{escape(address)}" style="{style}">{_ANSWER[tag]}</a>'


def _way_out(address: str | None, tag: str) -> str:
    return "" if address is None else f'<br><a href="{escape(address)}" style="color:#9c1f1f">{_END[tag]}</a>'
