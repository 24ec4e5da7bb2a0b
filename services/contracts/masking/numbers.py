"""Finds numbers and handles that reach or name a person: phones, documents, cards, plates, accounts, e-mail."""

import re
from collections.abc import Iterator
from itertools import pairwise

from services.contracts.masking.probe import Probe, Span

_GAP = r"[\s\-._·‐-―−・•/\\()\[\]~]{0,3}"
_NEAR = r"[\s\-.·‐-―−]{0,3}"
_SPLIT = r"[\s\-._·‐-―−・•/|]{0,3}"
_DATE = r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"
_SPACED_DATE = (
    rf"(?:1{_SPLIT}[89]|2{_SPLIT}0)(?:{_SPLIT}\d){{2}}{_SPLIT}(?:0{_SPLIT}[1-9]|1{_SPLIT}[0-2])"
    rf"{_SPLIT}(?:0{_SPLIT}[1-9]|[12]{_SPLIT}\d|3{_SPLIT}[01])"
)
_PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
_KINDS = "挂学警港澳领使试超"
_IS = r"(?:号码|号|是|为|[:=#\s]){0,4}"

_EMAIL = re.compile(
    r"[A-Za-z0-9._%+\-!#$&'*/=?^`{|}~]{0,64}\s?(?:@|[(\[{<]\s?at\s?[)\]}>]|\sat\s|艾特|圈a"
    r"|#(?=(?:qq|163|126|139|sina|sohu|gmail|foxmail|outlook|hotmail|aliyun)(?![A-Za-z0-9])))\s?"
    r"(?:[A-Za-z0-9\-]{1,63}\s?(?:[.。点]|[(\[{<]\s?(?:dot|点|\.)\s?[)\]}>]|\sdot\s)\s?){1,126}[A-Za-z][A-Za-z0-9\-]{1,62}"
)
_MOBILE = re.compile(rf"(?<!\d)(?:[(\[]?\+?(?:00)?86{_GAP}|0{_NEAR})?[(\[]?1{_GAP}[3-9](?:{_GAP}\d){{9}}(?!\d)")
_APART = r"[^0-9A-Za-z㐀-鿿]{1,3}"
_MOBILE_APART = re.compile(
    rf"(?<!\d)(?:\+?\s?(?:00)?86{_GAP}|0)?(?:1[3-9]\d({_APART})\d{{4}}\1\d{{4}}|1[3-9]\d\d({_APART})\d{{3}}\2\d{{4}}"
    rf"|1[3-9]\d({_APART})\d{{3}}\3\d{{3}}\3\d\d|1[3-9]\d({_APART})\d{{3}}\4\d{{5}}"
    rf"|1[3-9](?!,)({_APART})\d{{3}}\5\d{{3}}\5\d{{3}}"
    rf"|1[3-9]\d\d(?![、,])({_APART})\d{{4}}\6\d{{3}}"
    rf"|1({_APART})[3-9](?:\7\d){{9}})(?!\d)"
)
"""Split alike each time, by whatever stands on a keyboard; a list of rooms or amounts is told by what it counts."""
_ABROAD = re.compile(
    rf"(?<![\dA-Za-z])\(?(?:\+{_GAP}[1-9]|00{_GAP}(?=1|44|6[0156]|8[126]|85[2356]|886|3[349]|49"
    rf"|7)\d)(?:{_GAP}\d){{7,13}}"
    rf"(?!\d)|(?<!\d)\(?(?:85[23]{_GAP}[2-9]\d{{3}}{_NEAR}\d{{4}}|886{_GAP}0?[2-9](?:{_GAP}\d){{7,8}})(?!\d)"
)
_LAND_LINE = re.compile(
    rf"(?<![\d.])[(\[]?(?:\+?(?:00)?86{_GAP})?0[1-9]\d{{1,2}}{_GAP}[2-9](?:{_GAP}\d){{6,7}}(?!\d)"
    r"(?:\s?(?:转|分机|ext\.?|-)\s?\d{1,5}(?!\d))?"
)
_LOCAL = re.compile(r"(?<![\dA-Za-z#])(?<!\d\.)(?<![A-Za-z]-)([2-9]\d{3})([\s\-.]?)(\d{4})(?![\dA-Za-z])(?!\.\d)")
_AT_A_LABEL = re.compile(
    r"(?:电话|手机|座机|固话|热线|联系方式|联系|传真|致电|来电|拨打|打给|号码|[Tt]el|TEL|[Pp]hone"
    r"|[Mm]obile|[Cc]all|[Ff]ax"
    rf"|[Ww]hats[Aa]pp)(?:号码|号|是|为|请|打|[:=.#\s]){{0,4}}(\(?\+?\d(?:{_GAP}\d){{6,14}})(?!\d)"
)
_SERVICE_LINE = re.compile(
    r"\D*[48]00\D{0,2}\d{3}\D{0,2}\d{4}|\D*(?:(?:1[12]\d|1\d{4}|9[56]\d{3,6}|1010\d{4})(?:\D+|$))+"
)
"""A number that everybody may know: 110, 12345, 95588, 400-820-8820, or several of them."""
_ID_NUMBER = re.compile(
    rf"(?<![0-9A-Za-z])(?:[1-9]\d{{16}}[\dXx]"
    rf"|[1-9](?:{_SPLIT}\d){{5}}{_SPLIT}{_SPACED_DATE}(?:{_SPLIT}\d){{3}}{_SPLIT}[\dXx]"
    r"|[1-9]\d{5}[\s\-.]{1,3}\d{8}[\s\-.]{1,3}\d{3}[\dXx]"
    r"|[1-9]\d{5}[\s\-._·‐-―−/]{1,3}\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])[\s\-._·‐-―−/]{1,3}\d{3})(?![0-9A-Za-z])"
)
_DOCUMENT = re.compile(
    r"(?<![A-Za-z0-9])(?:[A-Za-z]\s?(?:\d{8,10}|\d{4}[\s\-]?\d{4,6}|\d{3}[\s\-]\d{3}[\s\-]\d{2,3})"
    r"|[EeCc]\s?[A-Za-z]\s?(?:\d{7}|\d{3}[\s\-]\d{4}|\d{4}[\s\-]\d{3})|[A-Za-z]{1,2}\d{6}\s?\([0-9Aa]\))(?![A-Za-z0-9])"
)
_DOCUMENT_AT_A_LABEL = re.compile(
    r"(?:身份证|护照|通行证|回乡证|台胞证|居住证|驾驶证|驾照|军官证|士兵证|残疾证|证件|社保|医保"
    r"|[Pp]assport|ID [Cc]ard)"
    rf"(?:号码|号|是|为|尾号|后[四六]位|[Nn]o\.?|[Nn]umber|[:=#(\[\s]){{0,5}}"
    rf"([A-Za-z]{{0,3}}{_NEAR}\d(?:{_SPLIT}[0-9A-Za-z]){{3,19}})(?![年月])"
)
_STROKE = r"[\s\-._·‐-―−・•/]{1,2}"
_CARD_IN_GROUPS = re.compile(
    rf"(?<!\d)(?:\d{{4}}(?:{_STROKE}\d{{4}}){{2,3}}(?:{_STROKE}\d{{1,4}})?|\d{{4}}(?:{_STROKE}\d{{4}}){{0,2}}{_STROKE}\d{{7,11}}"
    rf"|[3-69]\d{{5}}(?:{_STROKE}\d{{6}}){{1,2}}(?:{_STROKE})?\d{{0,7}}|62\d{{1,6}}(?:{_STROKE}\d{{3,15}}){{1,5}})(?!\d)"
)
_ACCOUNT_AT_A_LABEL = re.compile(
    rf"(?:卡号|银行卡|储蓄卡|信用卡|社保卡|账号|帐号|账户|帐户){_IS}(\d(?:{_SPLIT}\d){{7,24}})(?!\d)"
    rf"|(?:[打退转汇存](?:款|钱|账)?[到至入给]|[工农中建交招邮]行卡?){_IS}(\d(?:{_SPLIT}\d){{12,18}})(?!\d)"
)
_LONG = re.compile(r"\d{12,}")
_CALENDAR_DATE = re.compile(r"(?<!\d)(?:19|20)\d\d[-/.](?:0?[1-9]|1[0-2])[-/.](?:0?[1-9]|[12]\d|3[01])(?!\d)")
_RUN_OF_A_DATE = re.compile(_DATE)
_CASE_NUMBER = re.compile(rf"{_DATE}\d{{4,8}}")
_OF_A_THING = re.compile(
    r"(?:编号|单号|工单|订单|流水号?|序列号|案号|版本|型号|[Nn][Oo]\.?|号码牌)(?:号|是|为|[:#\s]){0,3}$"
)
_AMOUNT = re.compile(r"\s?(?:[元块万亿人户次度吨米份张只枚字年月]|RMB|号(?:楼|车位|线|机|柜))")
_COUNTED_ROOM = re.compile(r"\s?(?:室|房|层|楼|分|秒|[:.]\d|毫|平|米|公|千|瓦|号)")
_HANDLE_LABELS = (
    "微信|微\\s信|weixin|Weixin|WeiXin|WEIXIN|抠抠|绿泡泡|薇信|威信|V信|v信|扣扣|企鹅|抖音|快手|小红书|支付宝|钉钉|微博|WeChat|Wechat|wechat|WECHAT"
    "|Telegram|telegram|Skype|skype"
    "|WX|Wx|wx|VX|Vx|vx|QQ|Qq|qq"
)
_HANDLE = re.compile(
    rf"(?:{_HANDLE_LABELS})"
    r"\s?(号码|账号|帐号|号|(?i:id))?([:是为=就@\s\"'“‘(]{0,4})"
    r"([A-Za-z0-9][A-Za-z0-9_\-]{1,29}(?:\s\d{2,6}){0,3})(?![A-Za-z0-9_])"
)
_OWN_HANDLE = re.compile(
    r"(?<![A-Za-z0-9_])(wxid_[A-Za-z0-9]{4,30})"
    r"|(?:(?<![A-Za-z0-9])[VvQq](?:号[:\s]?|\s?:\s?)|薇[:\s]{0,2})([A-Za-z0-9][A-Za-z0-9_\-]{4,29})|加(?:我|个)?(?:[Vv]|微信?"
    r"|好友)[:\s]{0,2}([A-Za-z0-9][A-Za-z0-9_\-]{4,29})"
)
_DOT = "·•・‧∙"
_PLATE = re.compile(
    rf"[{_PROVINCES}]\s?[A-HJ-NP-Za-hj-np-z][^0-9A-Za-z㐀-鿿]{{0,3}}"
    rf"(?:[A-HJ-NP-Za-hj-np-z0-9][\s{_DOT}.\-]?){{4,5}}[A-HJ-NP-Za-hj-np-z0-9{_KINDS}](?![A-Za-z0-9])[{_KINDS}]?"
)
_OTHER_PLATE = re.compile(
    rf"[使领]\s?\d{{3}}[\s{_DOT}.\-]?\d{{3}}(?!\d)|(?i:WJ)\s?[{_PROVINCES}]?[\s{_DOT}.\-]?\d{{4,5}}[A-Za-z]?"
    rf"|[军空海][A-Za-z][\s{_DOT}.\-]?\d{{5}}(?!\d)"
)
_PLATE_AT_A_LABEL = re.compile(
    r"(?:车牌|牌照|车号|[Pp]late)(?:号码|号|尾号|是|为|[:#\s]){0,4}"
    rf"([{_PROVINCES}]?\s?(?=[A-Za-z·.\s\-]{{0,6}}\d)[A-Za-z0-9](?:[\s·.\-]?[A-Za-z0-9{_KINDS}]){{3,8}})"
)
_A_FEW_DIGITS = re.compile(r"\d[^一-鿿]{0,3}\d[^一-鿿]{0,3}\d")
_SEVEN_DIGITS = re.compile(r"\d(?:[^0-9A-Za-z㐀-鿿]{0,3}\d){6}")
_AT = re.compile(r"@|[(\[{<\s]at[)\]}>\s]|艾特|圈a|#[a-z1]")
_A_HANDLE = re.compile(rf"{_HANDLE_LABELS}|加我|加个|加微|加V|加v|加好友|[VvQq]号|[VvQq]\s?:|薇")


def find_numbers(probe: Probe) -> Iterator[Span]:
    """The spans of `probe` that hold such a number or handle; they may overlap, none is empty."""
    for reading in probe.readings:
        if _A_FEW_DIGITS.search(reading):
            yield from _plates(reading)
            yield from _documents(reading)
            if _SEVEN_DIGITS.search(reading):
                yield from _phones(reading)
        if _A_HANDLE.search(reading):
            yield from _handles(reading)
    if _AT.search(probe.plain):
        for match in _EMAIL.finditer(probe.plain):
            yield match.span()


def _phones(text: str) -> Iterator[Span]:
    for pattern in (_MOBILE, _ABROAD, _LAND_LINE):
        for match in pattern.finditer(text):
            if not _CALENDAR_DATE.search(match.group()):
                yield match.span()
    for match in _MOBILE_APART.finditer(text):
        if not _AMOUNT.match(text, match.end()) and not _COUNTED_ROOM.match(text, match.end()):
            yield match.span()
    for match in _LOCAL.finditer(text):
        if _is_local(text, match):
            yield match.span()
    for match in _AT_A_LABEL.finditer(text):
        told = match.group(1)
        if not (
            _CALENDAR_DATE.search(told) or _SERVICE_LINE.fullmatch(told) or _is_date_and_serial(told)
            or _AMOUNT.match(text, match.end())
        ):  # fmt: skip
            yield match.span(1)


def _is_local(text: str, match: re.Match[str]) -> bool:
    """Whether eight digits are a land line's: no day, no amount, no number of a thing, no range of four digits each."""
    first, between, last = match.groups()
    if _RUN_OF_A_DATE.fullmatch(first + last) or _AMOUNT.match(text, match.end()):
        return False
    if _OF_A_THING.search(text, max(0, match.start() - 12), match.start()):
        return False
    if not between:
        return True
    if between == "-" and first.endswith("00") and last.endswith("00"):  # 3000-4000-5000元
        return False
    return not first.startswith(("19", "20")) and not 0 <= int(last) - int(first) < 1000


def _documents(text: str) -> Iterator[Span]:
    for match in _ID_NUMBER.finditer(text):
        yield match.span()
    for match in _DOCUMENT.finditer(text):
        if not _RUN_OF_A_DATE.search(re.sub(r"\D", "", match.group())):
            yield match.span()
    for pattern in (_DOCUMENT_AT_A_LABEL, _ACCOUNT_AT_A_LABEL):
        for match in pattern.finditer(text):
            told = match.lastindex or 0
            if not _CALENDAR_DATE.search(match[told]) and not _is_date_and_serial(match[told]):
                yield match.span(told)
    for match in _CARD_IN_GROUPS.finditer(text):
        if _is_card(match.group()):
            yield match.span()
    for match in _LONG.finditer(text):
        if _is_personal_run(match.group()):
            yield match.span()


def _is_card(text: str) -> bool:
    """Whether digits in groups are a card's: 13 to 19, and not the years and days of a calendar."""
    digits = re.sub(r"\D", "", text)
    groups = [int(group) for group in re.findall(r"\d{4,}", text)]
    in_a_row = all(0 <= after - before < 1000 for before, after in pairwise(groups))
    return 13 <= len(digits) <= 20 and not in_a_row and not re.match(r"(?:19|20)\d\d", text)


def _is_personal_run(digits: str) -> bool:
    """Whether digits in one run are a mobile number with something before or behind it, a card or an old ID number."""
    if len(digits) == 12:
        return re.search(r"1[3-9]\d{9}", digits) is not None
    return _CASE_NUMBER.fullmatch(digits) is None


def _is_date_and_serial(text: str) -> bool:
    return _CASE_NUMBER.fullmatch(text) is not None or _RUN_OF_A_DATE.fullmatch(text) is not None


def _plates(text: str) -> Iterator[Span]:
    for match in _PLATE.finditer(text):
        if sum(char.isdigit() for char in match.group()) >= 3:
            yield match.span()
    for match in _OTHER_PLATE.finditer(text):
        yield match.span()
    for match in _PLATE_AT_A_LABEL.finditer(text):
        yield match.span(1)


def _handles(text: str) -> Iterator[Span]:
    for match in _HANDLE.finditer(text):
        named, said, handle = match.groups()
        surely = bool(named) or bool(said.strip())
        if len(handle) >= 4 if surely else len(handle) >= 5 and _has_a_mark(handle):
            yield match.span(3)
    for match in _OWN_HANDLE.finditer(text):
        if _has_a_mark(match[match.lastindex or 0]):
            yield match.span(match.lastindex or 0)


def _has_a_mark(handle: str) -> bool:
    """Whether a handle is no word: it has a digit or a low line."""
    return any(char.isdigit() or char == "_" for char in handle)
