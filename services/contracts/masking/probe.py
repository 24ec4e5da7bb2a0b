"""Text as the patterns read it: levelled character for character, without what nobody sees, digits as digits."""

import re
import unicodedata
from typing import NamedTuple

Span = tuple[int, int]

_INVISIBLE = re.compile(
    "[\u00ad\u0300-\u036f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u20d0-\u20ff"
    ""
    "\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e0fff]"
)
_SAME = str.maketrans("【】〔〕〖〗「」〈〉《》｛｝〜ー˗", "[][][][][][]()~--")
"""Brackets and strokes that stand for those of a keyboard."""
_TRADITIONAL = str.maketrans(
    "號樓單棟戶門電話聯繫係機間層張陳劉趙吳孫鄭馮葉蘇滬護證馬楊黃錢盧鄧蔣賈韓嚴龔賴譚閻龍歐陽諸東鮮於師媽爺婦醫經書記隊長"
    "",
    "号楼单栋户门电话联系系机间层张陈刘赵吴孙郑冯叶苏沪护证马杨黄钱卢邓蒋贾韩严龚赖谭阎龙欧阳诸东鲜于师妈爷妇医经书记队长"
    "",
)
_NUMERAL = "零〇○一二三四五六七八九幺两壹贰叁肆伍陆柒捌玖"
_NUMERALS = str.maketrans(_NUMERAL, "00012345678912123456789")
_A_NUMBER_OF_NUMERALS = re.compile(rf"[{_NUMERAL}].{{0,3}}[{_NUMERAL}0-9十百]|[0-9十百].{{0,3}}[{_NUMERAL}]", re.DOTALL)
"""One numeral alone is a word (三楼, 一直); two near each other can be a number."""
_ONE = "[零〇○一二三四五六七八九幺两0-9]"
_NO_NUMERAL = re.compile(
    "一(?=[直些样起定般旦])"
    "|(?<![零〇○一二三四五六七八九幺0-9])一(?=[个次边面会下点家共切向早夜到来不有])"
    rf"|两(?!{_ONE})(?!(?<={_ONE}两)(?:[^㐀-鿿]|$))(?!(?<={_ONE}[\s\-./]两)[\s\-./]{_ONE})"
    rf"(?!(?<={_ONE}{_ONE}两)[^天个次位人年月周户家辆条张件扇部台小盏层栋元块万岁])|三(?=[天番])|七(?=上八下)"
)
"""Where a word of everyday begins with a numeral: it does not go on with the number before it."""


class _Plain(dict[int, str]):
    """Translates digits of every script, and full-width forms, to ASCII, one character for one."""

    def __missing__(self, code: int) -> str:
        self[code] = kept = self._plain(code)
        return kept

    @staticmethod
    def _plain(code: int) -> str:
        char = chr(code)
        if code in _SAME:
            return chr(_SAME[code])
        if code in _TRADITIONAL:
            return chr(_TRADITIONAL[code])
        if (digit := unicodedata.digit(char, None)) is not None:
            return str(digit)
        plain = unicodedata.normalize("NFKC", char)
        return plain if len(plain) == 1 and plain.isascii() and not plain.isdigit() else char


_PLAIN = _Plain()


class Probe(NamedTuple):
    """A text as the patterns read it.

    `plain` has digits of every script as ASCII; `counted` has Chinese numerals as digits too, and is None where there
    are none. Positions in both are the same; `places` leads back to the text where they differ from it.
    """

    plain: str
    counted: str | None
    places: list[int] | None

    @property
    def readings(self) -> tuple[str, ...]:
        return (self.plain,) if self.counted is None else (self.plain, self.counted)

    def in_text(self, span: Span) -> Span:
        if self.places is None:
            return span
        return self.places[span[0]], self.places[span[1] - 1] + 1


def probe_of(text: str) -> Probe:
    """`text` as the patterns read it."""
    if text.isascii():
        return Probe(text, None, None)
    places = None
    if _INVISIBLE.search(text):
        places = [place for place, char in enumerate(text) if not _INVISIBLE.match(char)]
        text = "".join(text[place] for place in places)
    plain = text.translate(_PLAIN)
    counted = None
    if _A_NUMBER_OF_NUMERALS.search(plain):
        counted = _NO_NUMERAL.sub("々", plain).translate(_NUMERALS)
    return Probe(plain, counted, places)
