"""PDFs that somebody sent: recognised by their content, cleaned by a process with limits, kept as their pages alone."""

import asyncio
import sys
from dataclasses import dataclass
from pathlib import Path

from services.chassis.errors import Invalid
from services.issues.uploads import pdf_cleaning

MAX_BYTES = 10 * 1024 * 1024
MAX_PAGES = 50
_MEMORY = 384 * 1024 * 1024
_SECONDS = 20
_PATIENCE = 60.0


class NotADocument(
    Invalid,
    code="document.not-readable",
    zh="无法识别的 PDF 文件，或文件已损坏。",
    en="This is not a PDF that can be read, or it is broken.",
):
    """The content is no PDF that can be read, whatever name or type it was sent with."""


class DocumentEncrypted(
    Invalid,
    code="document.encrypted",
    zh="PDF 文件已加密，请上传未加密的文件。",
    en="The PDF is encrypted; send one that is not.",
):
    """A PDF that can't be looked into can't be made harmless."""


class DocumentTooLarge(
    Invalid,
    code="document.too-large",
    status=413,
    zh="PDF 文件过大（上限 {megabytes} MB、{pages} 页）。",
    en="The PDF is too large (limits: {megabytes} MB, {pages} pages).",
):
    """The PDF has more bytes or more pages than are taken."""

    def __init__(self) -> None:
        super().__init__(megabytes=MAX_BYTES // 1024 // 1024, pages=MAX_PAGES)


@dataclass(frozen=True, slots=True)
class Pages:
    """A PDF of nothing but pages."""

    data: bytes


def looks_like_pdf(data: bytes) -> bool:
    """Whether `data` begins as a PDF does."""
    return data.startswith(b"%PDF-")


async def clean(data: bytes) -> Pages:
    """The pages of the PDF in `data`, without anything that acts or tells.

    Raises:
        NotADocument: it is none, or a broken one, or needs more memory or time to read than a document may.
        DocumentEncrypted, DocumentTooLarge: as they say.
    """
    if len(data) > MAX_BYTES:
        raise DocumentTooLarge()
    if not looks_like_pdf(data):
        raise NotADocument()
    limits = [str(limit) for limit in (_MEMORY, _SECONDS, MAX_PAGES, MAX_BYTES)]
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-I",
        str(Path(pdf_cleaning.__file__)),
        *limits,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env={},
    )
    try:
        kept, _ = await asyncio.wait_for(process.communicate(data), _PATIENCE)
    except TimeoutError:
        raise NotADocument() from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    _require_fine(process.returncode)
    return Pages(kept)


def _require_fine(status: int | None) -> None:
    if status == pdf_cleaning.ENCRYPTED:
        raise DocumentEncrypted()
    if status in (pdf_cleaning.TOO_MANY_PAGES, pdf_cleaning.TOO_MANY_BYTES):
        raise DocumentTooLarge()
    if status != pdf_cleaning.FINE:
        raise NotADocument()
