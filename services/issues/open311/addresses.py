"""What the words of an address say: the numbers of houses, the floor, and whether they speak of somewhere else."""

import re
from collections.abc import Sequence

from cn2an import cn2an

from services.issues.shared.folding import folded

_CHINESE = "〇零一二三四五六七八九十百两"
_NUMBER = rf"(?<![\d{_CHINESE}])(?:\d{{1,4}}|[{_CHINESE}]{{1,5}})"
_NOT_OF_A_HOUSE = r"(?:门|电?梯|岗|车|库|桩|充电|机|泵|井|路|线|箱|柜|灯|杆|室|房|点|出)"
_HOUSE = re.compile(
    rf"(?P<sure>{_NUMBER})\s*(?:号楼|幢|栋|座|#\s*楼)"
    rf"|(?P<other>{_NUMBER})\s*(?:号|#)(?!\s*{_NOT_OF_A_HOUSE})"
    r"|\b(?:building|bldg\.?|block)\s*(?P<english>\d{1,4})(?!\d)|\bno\.?\s*(?P<no>\d{1,4})(?!\d)",
    re.IGNORECASE,
)
_FLOOR = re.compile(
    rf"(?P<below>负|地下|-|\bb)\s*(?P<depth>{_NUMBER})\s*(?:层|楼|f?(?![\w]))"
    rf"|(?P<floor>{_NUMBER})\s*(?:层|楼|/?f(?![a-z]))|\bfloor\s*(?P<english>\d{{1,3}})(?!\d)"
    r"|(?<!\d)(?P<nth>\d{1,3})(?:st|nd|rd|th)\s+floor",
    re.IGNORECASE,
)
_COMMON = "超菜夜早门闹都城集花"
_REGION = re.compile(
    rf"[\u4e00-\u9fff]{{2,}}?(?:省|自治区|自治州|特别行政区)|[\u4e00-\u9fff]*[^\W\d_{_COMMON}]市(?![场集民区政长])"
)
_STREET = re.compile(
    rf"[\u4e00-\u9fff]{{1,6}}(?:路|街|大道|巷|胡同|弄|道)\s*(?:{_NUMBER})\s*(?:号(?!楼)|弄)"
    r"|\b(?:street|avenue|road|lane|boulevard|highway|square)\b|\b(?:st|ave|rd|blvd|hwy)\.?(?=\s*(?:,|$))",
    re.IGNORECASE,
)
_COMPOUND = re.compile(
    r"(?:^|[省市区县镇街\s,，])"
    r"(?P<name>(?:(?![在到本我们咱这该整个的于是全老大各小另离近从向省市区县镇街道路])[\u4e00-\u9fff]){2,6})小区"
)
_KINDS = re.compile(r"(?:小区|社区)$")


def houses_named(words: str) -> tuple[set[int], bool]:
    """The numbers of houses that `words` give, and whether one of them is surely that of a house: 3号楼 is, where 3号
    may be that of a flat or of a street."""
    found = list(_HOUSE.finditer(folded(words)))
    numbers = {value for each in found if (value := _value(next(filter(None, each.groups())))) is not None}
    return numbers, any(each["sure"] or each["english"] for each in found)


def floor_named(words: str) -> int | None:
    """The floor that `words` give: 7层, 七楼, 7F, 负一层, B1, floor 7. None where they give none, or several."""
    floors = set()
    for found in _FLOOR.finditer(folded(words)):
        number = _value(next(filter(None, (found["depth"], found["floor"], found["english"], found["nth"]))))
        if number is not None:
            floors.add(-number if found["below"] else number)
    return floors.pop() if len(floors) == 1 else None


def names(words: str, title: str) -> bool:
    """Whether `words` hold `title` (都市阳光小区, or 都市阳光 alone), not as the end of another number: 99号楼 is not
    9号楼."""
    said, whole = _bare(words), _bare(title)
    short = _KINDS.sub("", whole)
    called = (whole, short) if len(short) > 2 and not short[-1:].isdigit() else (whole,)
    return any(re.search(rf"(?<!\d){re.escape(name)}", said) for name in called)


def behind(words: str, title: str) -> str:
    """The part of `words` behind `title`, or all of them where they don't hold it: the number of a street stands before
    the name of a compound."""
    head, found, tail = folded(words).rpartition(folded(title))
    return tail if found else head or words


def elsewhere(words: str, compounds: Sequence[str]) -> bool:
    """Whether `words` name a region, a street with its number, or a compound, and none of the `compounds` that are
    known by these titles: they may lie anywhere."""
    if any(names(words, title) for title in compounds):
        return False
    said = folded(words)
    return any(pattern.search(said) for pattern in (_REGION, _STREET, _COMPOUND))


def _value(written: str) -> int | None:
    if written.isdecimal():
        return int(written)
    try:
        return int(cn2an(written.replace("〇", "零"), "smart"))
    except (ValueError, KeyError):  # cn2an raises one or the other for a text that is no number
        return None


def _bare(text: str) -> str:
    return re.sub(r"\s", "", folded(text))
