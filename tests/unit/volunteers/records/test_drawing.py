"""The PDF of a certificate: a file that qpdf finds sound, with its font in it, and every character in the font."""

import io
import re

import pikepdf

from services.volunteers.records.domain.certificate import Because, revoke
from services.volunteers.records.drawing import drawn
from tests.unit.volunteers.records.test_certificate import LATER, _account, _issued, _record
from tests.unit.volunteers.world import STAFF

URL = "https://example.org/api/volunteers/v1/certificates/check/CODE"


def _letters(body: bytes) -> set[str]:
    """The characters for which the embedded fonts say what they mean."""
    found: set[str] = set()
    with pikepdf.open(io.BytesIO(body)) as pdf:
        assert pdf.check_pdf_syntax() == []
        for page in pdf.pages:
            for font in page.Resources.Font.values():
                text = font.ToUnicode.read_bytes().decode("ascii")
                for pair in re.findall(r"<[0-9A-Fa-f]{4}> <([0-9A-Fa-f]+)>", text):
                    found.add(bytes.fromhex(pair).decode("utf-16-be"))
                descendant = font.DescendantFonts[0].FontDescriptor
                assert any(name in descendant for name in ("/FontFile2", "/FontFile3"))
    return found


def test_every_character_is_in_the_font_that_goes_along() -> None:
    account = _account(60, 30)
    body = drawn(_issued(account), _record(), URL)
    letters = _letters(body)
    assert set("志愿服务记录证明安娜都市阳光社区居民委员会王主任小李编号ZYFW-2024-000001护照") <= letters
    assert body == drawn(_issued(account), _record(), URL)


def test_a_revoked_certificate_says_so() -> None:
    revoked = revoke(_issued(_account(60)), Because(reason="记录有误"), STAFF, LATER).aggregate
    assert set("已撤销无效") <= _letters(drawn(revoked, None, URL))
