"""Finds names of people where their title, or a word that announces a name, stands beside them.

A name alone is not to be told from other words; one before a title (王大爷, 李女士) or behind a label (联系人张某某,
我叫…) is.
"""

import re
from collections.abc import Iterator

from services.contracts.masking.probe import Probe, Span
from services.contracts.masking.surnames import BEFORE, COMPOUND, OF_EVERYDAY, SELDOM, SURE_COMPOUND, SURNAMES

_HAN = "㐀-䶿一-鿿"
_RESPECT = (
    "女士|先生|小姐|姑娘|姆妈|妈妈|爸爸|爷叔|大爷|大妈|大娘|大叔|大婶|大伯|大哥|大姐|大嫂|阿姨|阿婆|阿伯|阿公|叔叔|伯伯|婶婶|奶奶"
    "|爷爷|婆婆|公公|姥姥|姥爷|外婆|外公|太太|夫人|老太太|老太"
    "|老先生|老爷子|老爷爷|老奶奶|老伯|老人家|老师|师傅|师父|同志|同学|小朋友|护工|保姆"
)
_NOT_IN_ALL = "总(?![是会要共体计数之有能算得量部站线门理结台])"
_WORK = (
    "医生|大夫|医师|护士|主任|书记|经理|队长|站长|楼?组长|楼长|园长|校长|院长|所长|科长|处长|局长|镇长|村长"
    "|会长|社长|老板娘|老板|警官|律师|教授|工程师|干事|社工|网格员|" + _NOT_IN_ALL
)
_SHORT = "[姐哥叔姨婶伯嫂](?![姐哥叔姨婶伯妹弟])"
_TITLED = re.compile(
    rf"({COMPOUND}|[{SURNAMES}{SELDOM}])([{_HAN}]{{0,2}}?)\s?(?:({_RESPECT}|{_WORK})(?!们)|{_SHORT}(?=家"
    rf"|[^{_HAN}]|$|说|在|的|和|反|住))"
)
_SO_AND_SO = re.compile(
    rf"((?:{COMPOUND}|[{SURNAMES}])某{{1,2}}[{_HAN}]?(?<=某)|(?:{COMPOUND}"
    rf"|[{SURNAMES}])[xX×*○]{{1,2}}(?![xX×*○A-Za-z0-9]))"
)
_FAMILIAR = re.compile(
    r"(?<![大中])[老小阿]([王李张刘陈吴徐孙周郑冯曹彭蔡潘袁蒋魏吕沈姚谭廖邹赵])"
    r"(?![子牌贴望开旧列设女边围一二三四五六日末期转桥镇村某年\d]|家[桥镇村港湾宅浜弄庄])"
)
_ENGINEERS = "王李张刘陈杨赵黄吴徐孙朱林何郭罗梁宋郑谢韩唐董萧邓许傅曾彭吕苏蒋蔡贾魏薛潘"
_FAMILIAR_TOO = re.compile(
    rf"(?<![大中{_HAN}])[老小阿]([{SURNAMES}])(?=[说讲来去在没不把他她的和住也又已]|家(?!庭)|电话|师傅|反映|负责|[^{_HAN}]|$)"
    rf"|[找问请叫跟和给系](?:[老小阿])([{SURNAMES}])(?=[说讲来去在没不把他她的和住也又已]|电话|师傅|反映|[^{_HAN}]|$)"
)
"""Other names of the kind, where what follows can't belong to a word: 小高层, 小黄车, 小石子."""
_LABELS = (
    "联系人|联络人|产权人|承租人|报修人|申请人|投诉人|举报人|反映人|报案人|报告人|求助人|当事人|经办人|负责人|收件人|寄件人"
    "|监护人|户主|房主|业主姓名|本人姓名|真实姓名|姓名|名字|署名|签名|落款|经手人|对接人|承办人|接待人|委托人|代办人|陪护人|介绍人|病人姓名"
    "|称呼|老人姓名|孩子姓名|家属姓名|参加人员|参加人|参与人员|参与人|报名人员|报名人|名单"
)
_INTRODUCED = "我叫|名叫|他叫|她叫|对方叫|叫做|我的名字|我名字|大名|贵姓|免贵姓"
_WEAK = (
    "我是|本人是|本人|这里是|请联系|联系|找|请找|致电|问|居民|业主|住户|租户|租客|邻居|房东|老太太"
    "|老先生|老爷爷|老奶奶|老人|志愿者|老公|老婆|妈妈|爸爸|我妈|我爸|孩子|小孩|家长|奶奶|爷爷|哥哥|姐姐|弟弟|妹妹|病人"
    "|婆婆|公公|岳父|岳母|孙子|孙女|房客|户主"
    "|网格员|楼长|党员|市民|群众|患者|家属|儿子|女儿|老伴|丈夫|妻子|爱人|父亲|母亲"
)
_SAYS = r"叫|是|为|[:：=\s]"
_NO_TITLE = rf"(?!{_RESPECT}|{_WORK})"
_NAME = (
    rf"(?:(?:{SURE_COMPOUND}){_NO_TITLE}\s?[{_HAN}]{{1,2}}|[{SURNAMES}]{_NO_TITLE}\s?[{_HAN}]{{1,2}}"
    rf"|[{SELDOM}][{_HAN}]{{1,2}}(?![{_HAN}]))"
)
_LATIN = r"[A-Z][A-Za-z'\-]{1,20}(?:\s[A-Z][A-Za-z'\-]{0,20}){0,2}"
_MINORITY = rf"[{_HAN}]{{1,6}}[·•・‧∙.][{_HAN}]{{1,6}}(?:[·•・‧∙][{_HAN}]{{1,6}})?"
_LABELLED = re.compile(
    rf"(?:{_LABELS})(?:{_SAYS}){{0,3}}({_MINORITY}|{_LATIN}|{_NAME}(?:\s?[、，,和及与]\s?{_NAME}){{0,30}})"
)
_TOLD = re.compile(rf"(?:{_INTRODUCED})(?:{_SAYS}){{0,3}}({_MINORITY}|{_LATIN}|{_NAME}|[{SURNAMES}](?![{_HAN}]))")
_AFTER_A_COLON = re.compile(rf"(?:{_LABELS})\s?[:：=]\s?([{_HAN}]{{2,4}}|[{SURNAMES}])(?=[^{_HAN}]|$)")
_BEHIND_A_WORD = re.compile(
    rf"(?:{_WEAK})\s?(?:[:：叫是为]|名叫)?\s?({_NAME})(?=[^{_HAN}]|$|反映|来电|投诉|表示|报修|报告|求助|家住|家里?在|住在"
    rf"|电话|手机|[说称住家]|的(?:电话|手机|家))"
)
_OF_A_NAME = re.compile(
    rf"({SURE_COMPOUND}|[{SURNAMES}])姓(?=的|业主|居民|住户|男|女|老人|老太|大|先生|租|房东|邻居|青年|阿)"
    rf"|(?<![{_HAN}])([{_ENGINEERS}])工(?=[说来讲在的和答]|电话|师傅|[^{_HAN}]|$)"
)
_OF_THE_NAME = re.compile(rf"(?<![百同贵何尊])姓\s?({SURE_COMPOUND}|[{SURNAMES}])(?![氏名])")
_ENGLISH = re.compile(
    rf"(?<![A-Za-z])(?:(?:Mr|Mrs|Ms|Dr|Prof)\b\.?|Miss|Uncle|Aunt|Auntie|Grandpa|Grandma|Granny)\s({_LATIN})"
    rf"|(?:[Mm]y [Nn]ame is|[Cc]ontact(?: [Pp]erson)?\s?:|[Nn]ame\s?:|[Cc]alled)\s?({_LATIN})"
)
_A_LABEL = re.compile(f"姓|{_LABELS}|{_INTRODUCED}|{_WEAK}")
_SO = re.compile(r"[某xX×*○]")
_LATIN_NAME = re.compile(r"[A-Z][A-Za-z'\-]")
_NOBODY = re.compile(
    r"居委|物业|前台|门卫|保安|管家|社区|客服|值班|志愿|楼长|待定|不详|匿名|保密|无|空|本人|业主|居民"
    r"|同上|网格|服务|中心|公司|小区|未知|暂|街道|书记|主任|部|处|站|会$|室$|所$|队$|组$|委$"
)
_GOES_ON = frozenset("住在的了是有也说要来去从请被把反投举报手就都还又很没让给对他它这那刚号电昨两")
_NO_GIVEN = frozenset(
    "的了是在有和也都不没要会能很就还又把被给让向对从到于以及与或而但这那哪某每各其之为着过吗呢吧啊呀说称家氏姓总方"
)
_LEADS = frozenset("的找给是跟和问请叫为由与及、")
_LEADS_TO_WORK = _LEADS | frozenset("区业会委心道院校所系队站下上壁楼")
_ANYBODY = frozenset({"张三", "李四", "王五", "赵六"})
_NO_OWN_NAME = frozenset("人户主工员者的区路街楼庄村镇县市省苑园城里弄号院门厅店厂站")


def find_names(probe: Probe) -> Iterator[Span]:
    """The spans of `probe` that hold such a name; they may overlap, none is empty."""
    text = probe.plain
    if not text.isascii():
        yield from _titled(text)
        if _A_LABEL.search(text):
            yield from _announced(text)
        if "姓" in text or "工" in text:
            for match in _OF_A_NAME.finditer(text):
                yield match.span(match.lastindex or 0)
        if "老" in text or "小" in text or "阿" in text:
            yield from _familiar(text)
        if _SO.search(text):
            for match in _SO_AND_SO.finditer(text):
                yield match.span(1)
    if _LATIN_NAME.search(text):
        for match in _ENGLISH.finditer(text):
            yield match.span(match.lastindex or 0)


def _familiar(text: str) -> Iterator[Span]:
    for pattern in (_FAMILIAR_TOO, _FAMILIAR):
        for match in pattern.finditer(text):
            told = match.lastindex or 0
            if not _is_of_everyday(text, match.start(told)):
                yield match.span(told)


def _announced(text: str) -> Iterator[Span]:
    for pattern in (_LABELLED, _TOLD):
        for match in pattern.finditer(text):
            if not _is_of_everyday(text, match.start(1)) and not _NOBODY.search(match.group(1)):
                yield match.start(1), _end_of_name(text, *match.span(1))
    for match in _AFTER_A_COLON.finditer(text):
        if not _NOBODY.search(match.group(1)):
            yield match.span(1)
    for match in _BEHIND_A_WORD.finditer(text):
        name = match.group(1)
        if not _is_of_everyday(text, match.start(1)) and name[1] not in _NO_GIVEN and name[-1] not in _NO_OWN_NAME:
            yield match.span(1)
    for match in _OF_THE_NAME.finditer(text):
        yield match.span(1)


def _titled(text: str) -> Iterator[Span]:
    start = 0
    while match := _TITLED.search(text, start):
        surname, given, respect = match.groups()
        start = match.start() + 1
        if _is_name(text, match, surname, given, respect):
            yield match.start(), match.end(2)
            start = match.end()


def _is_name(text: str, match: re.Match[str], surname: str, given: str, respect: str | None) -> bool:
    at = match.start()
    before = text[at - 1 : at]
    if given and (given[0] in _NO_GIVEN or given[-1] in "的位个名老女男小大是了二三四五六七八九十"):
        return surname + given in _ANYBODY and respect is not None
    if len(surname) > 1:
        return True
    if respect is None and given:
        return False
    if (given and _is_of_everyday(text, at)) or any(
        text.endswith(word, 0, at + 1) for word in _BEFORE_BY_END.get(surname, ())
    ):
        return False
    if given and respect is not None and re.fullmatch(_WORK, respect):
        return surname not in SELDOM and len(given) <= 2 and (not _is_han(before) or before in _LEADS_TO_WORK)
    return surname not in SELDOM or not _is_han(before) or (before in _LEADS and not given)


def _end_of_name(text: str, start: int, end: int) -> int:
    """The end of a name that nothing closes: a word that goes on with the sentence is no part of it."""
    if end - start == 3 and text[end - 1] in _GOES_ON:
        return end - 1
    return end


def _is_of_everyday(text: str, at: int) -> bool:
    return text[at : at + 2] in OF_EVERYDAY


def _is_han(char: str) -> bool:
    return "一" <= char <= "鿿"


_BEFORE_BY_END = {end: tuple(word for word in BEFORE if word.endswith(end)) for end in {word[-1] for word in BEFORE}}
