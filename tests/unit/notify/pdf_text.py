"""The words of a PDF, read back by the tables that it carries for that."""

import io
import re

import pikepdf


def words_of(pdf: bytes) -> str:
    """The text of all pages, each piece on a line of its own; the file has no fault that qpdf finds."""
    lines: list[str] = []
    with pikepdf.open(io.BytesIO(pdf)) as document:
        assert document.check_pdf_syntax() == []
        for page in document.pages:
            tables = {name: _table(font) for name, font in page.Resources.Font.items()}
            table: dict[int, str] = {}
            for instruction in pikepdf.parse_content_stream(page):
                operands, operator = instruction.operands, str(instruction.operator)
                if operator == "Tf":
                    table = tables[str(operands[0])]
                elif operator in ("Tj", "TJ"):
                    pieces = operands[0] if operator == "TJ" else operands
                    raw = b"".join(bytes(each) for each in pieces if isinstance(each, pikepdf.String))
                    codes = [int.from_bytes(raw[n : n + 2]) for n in range(0, len(raw), 2)]
                    lines.append("".join(table.get(code, "?") for code in codes))
    return "\n".join(lines)


def _table(font: pikepdf.Object) -> dict[int, str]:
    cmap = font.ToUnicode.read_bytes().decode("latin-1")
    return {
        int(code, 16): bytes.fromhex(text).decode("utf-16-be")
        for code, text in re.findall(r"<([0-9A-Fa-f]{4})> <([0-9A-Fa-f]+)>", cmap)
    }
