"""Draws a certificate as a PDF, with the contents that 民发〔2015〕149号 asks for and the five parts of the record.

A certificate gives the same file whenever it is drawn. The font is embedded, so that the PDF looks the same everywhere.
"""

import io
from collections.abc import Sequence
from datetime import date, datetime

import segno

from services.chassis.values import ZONE
from services.contracts.volunteers import CertificateStatus, Origin
from services.volunteers.hours.domain.stars import hours_text
from services.volunteers.records.domain.certificate import ServiceCertificate
from services.volunteers.records.domain.record import DocumentKind, Entered, Part, Record
from services.volunteers.records.lettering import FONT

DOCUMENTS = {
    DocumentKind.IDENTITY_CARD: "居民身份证",
    DocumentKind.PASSPORT: "护照",
    DocumentKind.RESIDENCE_PERMIT: "居住证件",
    DocumentKind.OTHER: "其他证件",
}
SOURCES = {Origin.ACTIVITY: "社区活动", Origin.CARE_PLAN: "关爱帮扶", Origin.DIRECT: "社区志愿服务"}
TITLES = {Part.TRAINING: "三、培训情况", Part.COMMENDATION: "四、表彰奖励情况", Part.EVALUATION: "五、评价情况"}
_MARGIN, _LABEL, _HEIGHT = 20.0, 40.0, 8.0
_MOST_LINES = 400


def drawn(certificate: ServiceCertificate, record: Record | None, url: str) -> bytes:
    """The PDF of the certificate. `url` is the address of its check, to which the QR code leads.

    Raises:
        ValueError: the certificate was not issued.
    """
    issued, identity, issuer = certificate.issued_at, certificate.identity, certificate.issuer
    if issued is None or identity is None or issuer is None:
        raise ValueError("a certificate that was not issued can't be drawn")
    page = _Page(f"志愿服务记录证明 {certificate.number}", issued)
    page.heading("志愿服务记录证明", 20)
    if certificate.status is CertificateStatus.REVOKED:
        page.heading("已撤销 · 本证明无效", 14)
    page.row("证明编号", certificate.number or "")
    page.part("一、个人基本信息")
    page.row("姓名", identity.name)
    page.row("证件", f"{DOCUMENTS[identity.document]} {identity.document_number}")
    page.row("志愿者编号", identity.number or certificate.person)
    page.part("二、志愿服务情况")
    page.row("服务时长", f"{hours_text(certificate.minutes)} 小时（{certificate.minutes} 分钟）")
    page.row("服务时段", _days([service.on for service in certificate.services]))
    page.row("服务内容", _content(certificate))
    _parts(page, record)
    page.part("证明出具")
    page.row("出具单位", issuer.name)
    page.row("负责人", f"{issuer.head}（签字）")
    page.row("经办人", f"{issuer.handler}（签字）")
    page.row("联系方式", issuer.contact)
    page.row("出具日期", f"{issued.astimezone(ZONE):%Y年%m月%d日}")
    page.row("备注", certificate.remarks or "无")
    page.check(url, certificate.code or "")
    _services(page, certificate)
    return page.file()


def _parts(page: "_Page", record: Record | None) -> None:
    for part, title in TITLES.items():
        page.part(title)
        entries = [] if record is None else record.of(part)
        for entry in entries:
            page.row(f"{entry.on:%Y-%m-%d}", _told(entry))
        if not entries:
            page.row("", "无")


def _told(entry: Entered) -> str:
    minutes = None if entry.minutes is None else f"{hours_text(entry.minutes)} 小时"
    return "；".join(each for each in (entry.title, entry.by_whom, minutes, entry.text) if each is not None)


def _services(page: "_Page", certificate: ServiceCertificate) -> None:
    page.new_sheet()
    page.heading("服务明细", 14)
    for service in certificate.services[:_MOST_LINES]:
        page.row(f"{service.on:%Y-%m-%d}", f"{SOURCES[service.source]}　{hours_text(service.minutes)} 小时")
    rest = certificate.services[_MOST_LINES:]
    if rest:
        minutes = sum(service.minutes for service in rest)
        page.row("其余", f"{len(rest)} 次，{hours_text(minutes)} 小时")


def _content(certificate: ServiceCertificate) -> str:
    counts: dict[str, int] = {}
    for service in certificate.services:
        counts[SOURCES[service.source]] = counts.get(SOURCES[service.source], 0) + 1
    return "、".join(f"{name} {count} 次" for name, count in counts.items())


def _days(days: Sequence[date]) -> str:
    return f"{min(days):%Y年%m月%d日} 至 {max(days):%Y年%m月%d日}"


class _Page:
    """A sheet of A4 with labels on the left and their texts beside them."""

    def __init__(self, title: str, at: datetime) -> None:
        from fpdf import FPDF  # loaded with the first certificate: it costs a service 30 MB and a second of its start

        self._pdf = FPDF(format="A4")
        self._pdf.add_font("song", fname=str(FONT))
        self._pdf.set_margin(_MARGIN)
        self._pdf.set_auto_page_break(auto=True, margin=_MARGIN)
        self._pdf.set_lang("zh-CN")
        self._pdf.set_title(title)
        self._pdf.set_creation_date(at)
        self._pdf.add_page()

    def new_sheet(self) -> None:
        self._pdf.add_page()

    def heading(self, text: str, size: int) -> None:
        self._pdf.set_font("song", size=size)
        self._pdf.cell(0, size * 0.7, text, align="C", new_x="LMARGIN", new_y="NEXT")

    def part(self, text: str) -> None:
        self._pdf.ln(2)
        self._pdf.set_font("song", size=12)
        self._pdf.cell(0, _HEIGHT, text, border="B", new_x="LMARGIN", new_y="NEXT")

    def row(self, label: str, text: str) -> None:
        self._pdf.set_font("song", size=10.5)
        self._pdf.cell(_LABEL, _HEIGHT * 0.85, label)
        self._pdf.multi_cell(0, _HEIGHT * 0.85, text, new_x="LMARGIN", new_y="NEXT")

    def check(self, url: str, code: str) -> None:
        """Draw the address at which everybody can check the certificate, in words and as a QR code."""
        picture = io.BytesIO()
        segno.make(url, error="m", micro=False).save(picture, kind="png", scale=5, border=2)
        size = 28.0
        if self._pdf.get_y() + size > self._pdf.h - _MARGIN:
            self._pdf.add_page()
        top = self._pdf.get_y() + 2
        self._pdf.image(picture, x=_MARGIN, y=top, w=size)
        self._pdf.set_xy(_MARGIN + size + 4, top)
        self._pdf.set_font("song", size=9)
        self._pdf.multi_cell(0, 5, f"查验码：{code}\n扫码或打开以下地址查验真伪：\n{url}\n（盖章）")
        self._pdf.set_y(max(self._pdf.get_y(), top + size))

    def file(self) -> bytes:
        return bytes(self._pdf.output())


def date_of(moment: datetime) -> str:
    """The date of `moment` in the form of certificates."""
    return f"{moment.astimezone(ZONE):%Y年%m月%d日}"
