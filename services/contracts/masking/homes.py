"""Finds the number of a home: what follows its building, stairwell or floor, however the three are written.

A building is known to everybody, and so is its stairwell; the door is not. What is counted in a building (households,
people, square metres), the rooms of public places, floors, dates and times are no homes.
"""

import re
from collections.abc import Iterator

from services.contracts.masking.probe import Probe, Span

_NEAR = r"[\s\-.·,、/#的‐-―−]{0,3}"
_COUNT = r"[0-9十百廿]{1,4}"
_DOOR = (
    r"[A-Za-z]?(?:\d\s?\d\s?\d(?:\s?\d)?|\d百零?\d{1,2}|\d百\d?十\d?|\d千\d百零?\d{1,2}"
    r"|\d千[零0]\d(?![十百千万]))[A-Za-z甲乙丙丁]?"
)
_MORE = rf"(?:\s?(?:[、,，/和与及跟至到~\-—]|以及)\s?{_DOOR}(?![0-9A-Za-z])(?!{_NEAR}(?:号楼|[栋幢座]|单元))){{0,20}}"
_BUILDING = (
    rf"(?:(?:{_COUNT}|[A-Za-z]\d?)\s?(?:号[甲乙丙丁]?楼|号院|栋|幢|座|坊|排|门栋|号门"
    rf"|号(?={_NEAR}{_DOOR}\s?(?:号?[室户]|号?房(?!间)))"
    rf"|弄\s?(?:{_COUNT}\s?支弄\s?)?{_COUNT}\s?号楼?|#楼?)|门牌\s?\d{{1,4}}\s?号)"
)
_STAIRWELL = (
    rf"(?:(?:{_COUNT}|[A-Za-z甲乙丙丁东西南北中])\s?(?:单元|单(?=[\s\-]{{0,2}}\d{{3,4}}(?!\d))|号门|门洞|楼门|楼道"
    r"|栋口|梯(?!位)|门(?!诊)))"
)
_FLOOR = rf"(?:第?{_COUNT}\s?[楼层])"
_ENDS = (
    r"(?![0-9A-Za-z])(?!\s?[:.]\d|\s?[\-/.](?:0?[1-9]|1[0-2])[\-/.]\d"
    r"|\s?号(?:楼|线|车|电梯|门(?![口前外铃锁])|机|井|灯|桩|柜))"
)

_AFTER_ITS_HOUSE = re.compile(rf"(?:{_BUILDING}|{_STAIRWELL}|{_FLOOR}){_NEAR}({_DOOR}{_MORE}){_ENDS}")
_SHORT_AFTER_ITS_STAIRWELL = re.compile(
    rf"{_STAIRWELL}{_NEAR}(?:({_COUNT}(?:\s?-\s?\d{{1,2}})?)\s?(?:室|户(?![人居家外])|房(?!间|屋)"
    rf"|号(?![楼线车门机井灯桩柜电表]))"
    rf"|(\d{{1,2}}\s?-\s?\d{{1,2}})(?![\d\-]|\s?(?:[楼层栋幢月日号点人户时年元岁天]|单元)))"
)
_SHORT_AFTER_ITS_FLOOR = re.compile(
    rf"{_FLOOR}{_NEAR}(?:(\d{{1,2}}\s?[室户](?![人居家外内]))|([东西南北中左右前后]{{1,2}}(?:边|面|侧|手"
    rf"|首)?(?:那)?(?:户|室|家|间房)))"
)
_CUT = r"\s?[\-/#.~_·‐-―−]{1,2}\s?"
_IN_A_ROW = re.compile(
    rf"(?<![\dA-Za-z./#*_\-])(?<!\d:)(?:[A-Za-z]?\d{{1,2}}{_CUT}(?:\d{{1,2}}|[A-Za-z甲乙丙丁]){_CUT}"
    rf"(?:(?:\d{{1,2}}|[A-Za-z甲乙丙丁]){_CUT})?([A-Za-z]?\d{{3,4}}[A-Za-z]?|{_DOOR}|\d{{2}}(?=\s?[室户房]))"
    rf"|[A-Za-z]?\d{{1,2}}\s?[\-#_‐-―−]{{1,2}}\s?([A-Za-z]?\d{{3,4}}[A-Za-z]?|{_DOOR})"
    rf"|[A-Za-z]?\d{{1,2}}{_CUT}({_DOOR})(?=\s?(?:室(?![内外温])|户(?![人居家外型])|房(?![间型])))){_ENDS}(?![\-/])"
)
_ROOM = re.compile(
    rf"(?<![\dA-Za-z.*\-])(?<!\d:)({_DOOR}{_MORE})\s?(?:室(?!内|外|温)|房(?!间数|源|款)|号[房室]|屋(?![顶面里檐外后前子脊])|户(?=主|业主))"
)
_AT_A_LABEL = re.compile(
    r"(?:房号|房间号|门牌号?码?|室号|户号|家住|住在|我住|住址|[家住](?=\d)|我家在?|他家在?|她家在?|楼上"
    r"|楼下|隔壁|对门|邻居|业主|租户|租客|住户|房东)"
    rf"(?:是|为|的|[:\s]){{0,3}}({_DOOR}{_MORE}){_ENDS}"
)
_BEFORE_ITS_PEOPLE = re.compile(
    rf"(?<![\dA-Za-z.*\-])(?<!\d:)({_DOOR})\s?(?:的?(?:业主|住户|租客|租户|房客|房东|邻居|那家|那户|他家"
    rf"|她家|家里|户主|[王李张刘陈杨赵黄周吴](?:大|阿|女|先|奶|爷|师|叔|某)))"
)
_AFTER_ITS_NUMBER = re.compile(rf"(?<![\d月第])(?<!月\s)\d{{1,3}}号(\d{{3,4}})(?![国省县]道){_ENDS}")
_ENGLISH = re.compile(
    r"(?<![A-Za-z])(?:(?P<public>meeting|conference|activity|class|reading|waiting|control|pump|power|duty|office|common)"
    r"\s)?(?:room|rm|apartment|apt|flat)\b\.?\s?(?:no\.?\s?|number\s|#\s?)?(?P<room>[a-z]?\d{3,4}[a-z]?|\d{1,2}[a-z])"
    r"(?![0-9a-z])(?!\s(?:of|in|at)\s(?:the\s)?(?:communit|cent|committee|school|clinic|hospital|librar|hall|office))"
    r"|(?<![A-Za-z])(?:building|bldg|block|unit|entrance|stairwell|no\.)\s?\d{1,3}\s?[,\-/]?\s?(?P<door>\d{3,4}[a-z]?)"
    r"(?![0-9a-z])",
    re.IGNORECASE,
)
_IN_ENGLISH = re.compile(r"room|rm|flat|ap(?:artmen)?t|building|bldg|block|unit|entrance|stairwell|no\.", re.IGNORECASE)
_COUNTED = re.compile(
    r"(?:多|余|来|几|左右)?\s?(?:(?:平方|立方)?[米厘毫]|平(?![时常安日])|㎡|公[里斤分]|千[瓦克米]|毫"
    r"|元(?!旦)|块[钱地砖玻]|[万亿](?!一)|人(?![人在家])"
    r"|户|名|个(?!别|人原)|位(?!于|置)|年(?!年)|月(?!月)|日|天(?!天|花)|小时|分[钟贝]|秒|周|℃|度(?!假)"
    r"|[%‰]|倍|次(?!次)|层(?!层)|楼(?![上下道])|路(?!过|边|口|上|人|灯)"
    r"|辆|盏|棵|张(?![贴先女阿大伯叔师奶爷某])|台(?!阶|风)|吨|斤|岁|套|根|条|只|把(?=椅|伞|锁)|件|份|幅"
    r"|间|栋|幢|座|单元|期|字|页|mm|cm|[kK][gGwWmM]|[mM](?![a-z])|班|级|车位|号线|型|系列|伏"
    r"|[vVwW](?![a-z]))"
)
_ROOM_OF_ALL = re.compile(
    r"\s?(?:室|房间|房)?\s?(?:是|为|的)?(?:会议|教室|活动|大厅|办公|居委|物业|党群|党员|服务|阅览|图书"
    r"|值班|调解|诊室|卫生站|多功能|储藏|配电|机房|老年|棋牌|舞蹈|健身|接待|窗口|食堂|报告厅)"
)
_ALARM = re.compile(r"(?:110|119|120|122)(?=\s?(?:报警|电话|急救|热线|来|出警|接警|中心|平台|救护))")
_PUBLIC = re.compile(
    r"(?:居委|村委|街道办|中心|服务站|大厅|办公|会议|活动室|学校|小学|中学|教学楼|幼儿园|医院|门诊|卫生站"
    r"|图书馆|文化站|体育馆|物业[处部楼]|派出所"
    r"|警务|法院|宾馆|酒店|商场|超市|写字楼|综合楼|行政楼|党群|工作站|事务所|银行|邮局)[^,，。;；!！?？\n家住]{0,10}$"
)
_A_DOOR = re.compile(r"\d\s?[\d百千](?:\s?[\d十百零]|(?<=百)|$)|\d{2}\s?[室户房]")
_A_SHORT_DOOR = re.compile(r"(?:单元|[门梯楼层]).{0,9}(?:[室户号房家]|\d\s?-\s?\d)")
_HOUSEHOLDS = re.compile(r"\s?户")
_NO_HOUSEHOLD = re.compile(r"户(?!家庭|[人居参同投签报共均中里有已未联一都])")


def find_homes(probe: Probe) -> Iterator[Span]:
    """The spans of `probe` that hold the number of a home; they may overlap, none is empty."""
    if _IN_ENGLISH.search(probe.plain):
        yield from _in_english(probe.plain)
    for reading in probe.readings:
        if _A_DOOR.search(reading):
            yield from _long_doors(reading)
        if _A_SHORT_DOOR.search(reading):
            for pattern in (_SHORT_AFTER_ITS_STAIRWELL, _SHORT_AFTER_ITS_FLOOR):
                for match in pattern.finditer(reading):
                    yield match.span(match.lastindex or 0)


def _in_english(text: str) -> Iterator[Span]:
    for match in _ENGLISH.finditer(text):
        group = "room" if match["room"] else "door"
        home = match[group]
        if match["public"] is None and ((len(home) < 4 and not home.isdigit()) or _is_like_a_door(home)):
            yield match.span(group)


def _long_doors(text: str) -> Iterator[Span]:
    for match in _AFTER_ITS_HOUSE.finditer(text):
        in_public = _is_floor(match) and _is_public(text, match.span())
        if _is_home(text, match.span(1)) and not in_public and not _counts_households(text, match):
            yield match.span(1)
    for match in _IN_A_ROW.finditer(text):
        span = match.span(match.lastindex or 0)
        sure = match.lastindex == 1
        if _is_home(text, span, sure=sure) and not (sure and _is_date(match.group())):
            yield span
    for match in _AFTER_ITS_NUMBER.finditer(text):
        if _is_home(text, match.span(1), sure=False) and not _HOUSEHOLDS.match(text, match.end(1)):
            yield match.span(1)
    for match in _ROOM.finditer(text):
        if not _is_public(text, match.span(1)):
            yield match.span(1)
    for match in _AT_A_LABEL.finditer(text):
        if (
            _is_home(text, match.span(1))
            and not _is_public(text, match.span(1))
            and not _HOUSEHOLDS.match(text, match.end(1))
        ):
            yield match.span(1)
    for match in _BEFORE_ITS_PEOPLE.finditer(text):
        if _is_like_a_door(match.group(1)):
            yield match.span(1)


def _counts_households(text: str, match: re.Match[str]) -> bool:
    """Whether what follows a building is how many live there (20号楼2535户), not who (4号楼2单元709户)."""
    if not _HOUSEHOLDS.match(text, match.end(1)):
        return False
    if re.search(r"[共有计约]\s?$", text[max(0, match.start() - 2) : match.start()]):
        return True
    in_a_stairwell = re.search(r"单元|[门梯]", match.group()) is not None
    if not in_a_stairwell and (text[match.end(1)].isspace() or text[match.start(1) - 1].isspace()):
        return True
    return not (_is_like_a_door(match.group(1)) and _NO_HOUSEHOLD.match(text, match.end(1)))


def _is_home(text: str, span: Span, *, sure: bool = True) -> bool:
    start, end = span
    if _ROOM_OF_ALL.match(text, end) or _ALARM.match(text, start):
        return False
    if not _HOUSEHOLDS.match(text, end) and _COUNTED.match(text, end):
        return False
    return sure or _is_like_a_door(text[start:end])


def _is_floor(match: re.Match[str]) -> bool:
    """Whether nothing but a floor stands before the number."""
    return re.match(rf"{_BUILDING}|{_STAIRWELL}", match.group()) is None


def _is_public(text: str, span: Span) -> bool:
    """Whether the room is one of a public place: such a word stands a little before it, or right behind it."""
    start, end = span
    return _ROOM_OF_ALL.match(text, end) is not None or _PUBLIC.search(text, max(0, start - 16), start) is not None


def _is_like_a_door(number: str) -> bool:
    """Whether a number can be a door's, floor and door: 101 to 4520."""
    digits = re.sub(r"\D", "", number[:6])
    return len(digits) in (3, 4) and 1 <= int(digits[:-2]) <= 45 and 1 <= int(digits[-2:]) <= 20


def _is_date(text: str) -> bool:
    """Whether three numbers are a day, a month and a year to come or just gone by."""
    return re.search(r"\D20[2-3]\d$", text) is not None
