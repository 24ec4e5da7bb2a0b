"""The public page on which a certificate is checked by its code: whether it is valid, and what it certifies.

The page names the holder by the first character alone, and no document, for whoever checks has the certificate in hand.
"""

from html import escape

from services.contracts.volunteers import CertificateStatus
from services.volunteers.hours.domain.stars import hours_text
from services.volunteers.records.domain.certificate import ServiceCertificate
from services.volunteers.records.drawing import date_of

_STYLE = (
    "body{font:1.1rem/1.6 system-ui,sans-serif;max-width:34rem;margin:2rem auto;padding:0 1rem;color:#1b1b1b;"
    "background:#fff}dt{color:#555}dd{margin:0 0 .6rem;font-weight:600}.ok{color:#0a5c2b}.no{color:#a31515}"
    "@media(prefers-color-scheme:dark){body{color:#eee;background:#161616}dt{color:#bbb}.ok{color:#7fd99f}"
    ".no{color:#ff9c9c}}"
)


def masked(name: str) -> str:
    """`name` with all but its first character masked."""
    return name[:1] + "＊" * (len(name) - 1)


def page_about(certificate: ServiceCertificate | None) -> str:
    """The page about `certificate`, or (None) about a code that no certificate has."""
    if certificate is None or certificate.issued_at is None:
        return _page("no", "查无此证明 · No such certificate", [])
    valid = certificate.status is CertificateStatus.ISSUED
    word = "证明有效 · Valid" if valid else "证明已撤销 · Revoked"
    rows = [
        ("证明编号 Number", certificate.number or ""),
        ("姓名 Name", masked(certificate.identity.name) if certificate.identity is not None else ""),
        ("服务时长 Hours", f"{hours_text(certificate.minutes)} 小时"),
        ("出具单位 Issued by", certificate.issuer.name if certificate.issuer is not None else ""),
        ("出具日期 Issued on", date_of(certificate.issued_at)),
    ]
    if not valid and certificate.ended_at is not None:
        rows.append(("撤销日期 Revoked on", date_of(certificate.ended_at)))
    return _page("ok" if valid else "no", word, rows)


def _page(kind: str, word: str, rows: list[tuple[str, str]]) -> str:
    told = "".join(f"<dt>{escape(label)}</dt><dd>{escape(text)}</dd>" for label, text in rows)
    listed = f"<dl>{told}</dl>" if told else ""
    return (
        '<!DOCTYPE html><html lang="zh-CN"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1"><meta name="robots" content="noindex">'
        f"<title>志愿服务记录证明查验</title><style>{_STYLE}</style></head>"
        f'<body><main><h1>志愿服务记录证明查验</h1><p class="{kind}" role="status"><strong>{word}</strong></p>{listed}'
        "</main></body></html>"
    )
