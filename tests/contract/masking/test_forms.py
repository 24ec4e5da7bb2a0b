"""Whatever way a home, a number, a plate, a handle or a name is written, nothing of it stays."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.contracts.masking import mask
from services.contracts.masking.surnames import SURE_COMPOUND

ASCII = "0123456789"
STYLES = (
    "0123456789",
    "０１２３４５６７８９",
    "零一二三四五六七八九",
    "〇一二三四五六七八九",
    "零壹贰叁肆伍陆柒捌玖",
    "٠١٢٣٤٥٦٧٨٩",
)
CHINESE = {char: str(value) for digits in STYLES[2:5] for value, char in enumerate(digits)} | {"幺": "1"}
BEFORE = st.sampled_from(
    ["", "你好，", "我家在", "投诉：", "住", "（", "请到", "阳光社区", "反映问题 ", "昨晚", "地址："]
)
AFTER = st.sampled_from(
    [
        "",
        "漏水",
        "，请处理",
        "。",
        "）谢谢",
        " 没人管",
        "的王大爷",
        "家里",
        "一直吵",
        "有人",
        "把门打开",
        "两天了",
        "反映",
    ]
)
SEPARATORS = st.sampled_from(["", " ", "-", ".", "/", "－", "·", "—", " - ", "\u200b", "\u00a0", ") ", "／"])


@st.composite
def spelled(draw: st.DrawFn, digits: st.SearchStrategy[str], styles: tuple[str, ...] = STYLES) -> str:
    """Digits in one script, or each in a script of its own."""
    number = draw(digits)
    if draw(st.integers(0, 4)) == 0:
        return "".join(draw(st.sampled_from(styles))[int(char)] if char.isdigit() else char for char in number)
    style = draw(st.sampled_from(styles))
    return "".join(style[int(char)] if char.isdigit() else char for char in number)


def levelled(text: str) -> str:
    """`text` with digits of every script, Chinese ones too, as ASCII."""
    plain = (CHINESE.get(char) or unicodedata.decimal(char, None) for char in text)
    return "".join(char if digit is None else str(digit) for char, digit in zip(text, plain, strict=True))


def digits_of(text: str) -> str:
    return "".join(char for char in levelled(text) if char in ASCII)


DOORS = st.builds(lambda floor, door: f"{floor}{door:02d}", st.integers(1, 33), st.integers(1, 12))
BUILDINGS = st.sampled_from(
    ["{}号楼", "{}栋", "{}幢", "{}座", "{}号院", "{}#楼", "{}#", "{}号门", "88弄{}号", "{}棟", "{}號樓"]
)
STAIRWELLS = st.sampled_from(["{}单元", "{}门", "{}号门", "{}梯", "{}單元", "{}门洞"])
NEAR = st.sampled_from(["", "", " ", "-", "－", "，", "的", "/"])
ENDS = st.sampled_from(["", "室", "房", "户", "号房", " 室", "号"])


@settings(max_examples=1000)
@given(
    before=BEFORE,
    building=st.tuples(BUILDINGS, spelled(st.integers(1, 40).map(str), STYLES[:3])),
    stairwell=st.none() | st.tuples(STAIRWELLS, spelled(st.integers(1, 6).map(str), STYLES[:3])),
    near=st.tuples(NEAR, NEAR),
    door=spelled(DOORS),
    end=ENDS,
    after=AFTER,
)
def test_a_door_behind_its_house_never_stays(
    before: str,
    building: tuple[str, str],
    stairwell: tuple[str, str] | None,
    near: tuple[str, str],
    door: str,
    end: str,
    after: str,
) -> None:
    house = building[0].format(building[1]) + near[0]
    if stairwell is not None:
        house += stairwell[0].format(stairwell[1]) + near[1]
    elif end == "户":
        house, end = house.rstrip(), "室"  # 20号楼 302户: how many live there
    masked = mask(before + house + door + end + after)
    assert levelled(door) not in levelled(masked.removeprefix(before + house)), masked


@settings(max_examples=400)
@given(
    before=BEFORE,
    building=st.integers(1, 40),
    stairwell=st.integers(1, 6),
    letter=st.booleans(),
    door=DOORS,
    hyphen=st.sampled_from(["-", "－", "—", "–", "/", "#", " - ", "-"]),
    style=st.sampled_from(STYLES[:2]),
    end=st.sampled_from(["", "室", "户", "房"]),
    after=AFTER,
)
def test_a_door_in_a_row_of_numbers_never_stays(
    before: str, building: int, stairwell: int, letter: bool, door: str, hyphen: str, style: str, end: str, after: str
) -> None:
    written = f"{building}{hyphen}{'ABCDEF'[stairwell - 1] if letter else stairwell}{hyphen}{door}"
    written = "".join(style[int(char)] if char in ASCII else char for char in written)
    masked = mask(before + written + end + after)
    assert door not in levelled(masked), masked


@settings(max_examples=300)
@given(
    lead=st.sampled_from(["房号", "门牌号：", "我住", "家住", "楼上", "隔壁", "对门", "5楼", "三楼 ", "第十层"]),
    door=spelled(DOORS),
    after=AFTER,
)
def test_a_door_behind_its_label_or_floor_never_stays(lead: str, door: str, after: str) -> None:
    assert levelled(door) not in levelled(mask(lead + door + after).removeprefix(lead))


def grouped(digits: str, cuts: tuple[int, ...], separator: str) -> str:
    ends = [*(cut for cut in cuts if cut < len(digits)), len(digits)]
    starts = [0, *ends[:-1]]
    return separator.join(digits[start:end] for start, end in zip(starts, ends, strict=True))


PLAIN_BEFORE = st.sampled_from(["", "电话", "联系：", "（", "周末", "Tel ", "，", " 找王师傅 ", "打给", "我的号码是"])
PLAIN_AFTER = st.sampled_from(["", "。", "，谢谢", " 王女士", "）", "联系", "（微信同号）", "，直接打"])


@settings(max_examples=1000)
@given(
    before=PLAIN_BEFORE,
    country=st.sampled_from(["", "+86", "86 ", "0086-", "（+86）", "0"]),
    digits=st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True),
    cuts=st.sampled_from([(3, 7), (4, 8), (3, 6), (3, 8), (1, 2, 3, 4, 5, 6, 7, 8, 9, 10), (5, 9), ()]),
    separator=SEPARATORS,
    style=st.none() | st.sampled_from(STYLES),
    mixed=st.lists(st.sampled_from(STYLES), min_size=20, max_size=20),
    bracket=st.booleans(),
    after=PLAIN_AFTER,
)
def test_a_mobile_number_never_stays(
    before: str,
    country: str,
    digits: str,
    cuts: tuple[int, ...],
    separator: str,
    style: str | None,
    mixed: list[str],
    bracket: bool,
    after: str,
) -> None:
    written = grouped(digits, cuts, separator)
    if bracket:
        written = f"（{digits[:3]}）{grouped(digits[3:], (4,), separator)}"
    scripts = iter([style] * 11 if style else mixed)
    written = "".join(next(scripts)[int(char)] if char in ASCII else char for char in written)
    assert digits_of(mask(before + country + written + after)) == ""


@settings(max_examples=400)
@given(
    before=st.sampled_from(["", "电话", "座机：", "家里", "请打", "固话 "]),
    area=st.sampled_from(["", "", "021-", "（021）", "0571 ", "010", "(0755) ", "+86 21 ", "0086-10-"]),
    digits=st.from_regex(r"[2-8][0-9]{7}", fullmatch=True).filter(lambda it: not it.startswith(("19", "20"))),
    separator=st.sampled_from(["", "", " ", "-"]),
    style=st.sampled_from(STYLES),
    after=PLAIN_AFTER,
)
def test_a_land_line_never_stays(before: str, area: str, digits: str, separator: str, style: str, after: str) -> None:
    if not area and 0 <= int(digits[4:]) - int(digits[:4]) < 1000:
        separator = ""  # 3201-3208 is a range
    written = "".join(style[int(char)] if char in ASCII else char for char in digits[:4] + separator + digits[4:])
    assert digits_of(mask(before + area + written + after)) == ""


@settings(max_examples=300)
@given(
    number=st.one_of(
        st.from_regex(r"(\+|00)85[23][ -]?[569][0-9]{3}[ -]?[0-9]{4}", fullmatch=True),
        st.from_regex(r"(\+|00)886[ -]?0?9[0-9]{2}[ -]?[0-9]{3}[ -]?[0-9]{3}", fullmatch=True),
        st.from_regex(r"\+(1|44|81|65|61)[ -]?[2-9][0-9]{2}[ -]?[0-9]{3}[ -]?[0-9]{4}", fullmatch=True),
    ),
    before=PLAIN_BEFORE,
    wide=st.booleans(),
)
def test_a_number_from_abroad_never_stays(number: str, before: str, wide: bool) -> None:
    if wide:
        number = number.translate({ord(char): ord(char) + 0xFEE0 for char in "0123456789+-"})
    assert digits_of(mask(before + number + "，谢谢")) == ""


PROVINCES = st.sampled_from("京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼")
SERIALS = st.one_of(
    st.from_regex(r"[0-9]{5}", fullmatch=True),
    st.from_regex(r"[A-HJ-NP-Z][0-9]{4}", fullmatch=True),
    st.from_regex(r"[A-HJ-NP-Z]{2}[0-9]{3}", fullmatch=True),
    st.from_regex(r"[0-9]{2}[A-HJ-NP-Z][0-9]{2}", fullmatch=True),
    st.from_regex(r"[0-9]{4}[学警挂领港澳]", fullmatch=True),
    st.from_regex(r"[DF][A-HJ-NP-Z0-9][0-9]{4}", fullmatch=True),
    st.from_regex(r"[0-9]{5}[DF]", fullmatch=True),
)


@settings(max_examples=400)
@given(
    before=st.sampled_from(["", "车牌", "有辆", "一辆黑车（", "违停："]),
    province=PROVINCES,
    letter=st.sampled_from("ABCDEFGHJKLMNPQRSTUVWXYZ"),
    serial=SERIALS,
    inner=st.sampled_from(["", " ", "·", "-", "・", "•", " · "]),
    split=st.sampled_from(["", " "]),
    lower=st.booleans(),
    wide=st.booleans(),
    after=st.sampled_from(["", "占道", "，停了三天", "）", " 挡住消防通道"]),
)
def test_a_number_plate_never_stays(
    before: str, province: str, letter: str, serial: str, inner: str, split: str, lower: bool, wide: bool, after: str
) -> None:
    written = province + (" " if inner == " " else "") + letter + inner + serial[:3] + split + serial[3:]
    if lower:
        written = written.lower()
    if wide:
        written = "".join(chr(ord(char) + 0xFEE0) if "!" <= char <= "~" else char for char in written)
    masked = mask(before + written + after)
    assert not any(char.isalnum() and char not in before + after for char in masked), masked


@settings(max_examples=200)
@given(st.from_regex(r"(使|领)[0-9]{3}[ ·]?[0-9]{3}", fullmatch=True))
def test_a_plate_of_an_embassy_never_stays(plate: str) -> None:
    assert digits_of(mask(f"{plate}停在门口")) == ""


@settings(max_examples=300)
@given(
    label=st.sampled_from(["", "护照", "护照号：", "护照号码 ", "通行证", "港澳通行证 ", "passport no. "]),
    number=st.one_of(
        st.from_regex(r"[EGDSP][0-9]{8}", fullmatch=True),
        st.from_regex(r"E[A-HJ-NP-Z][0-9]{7}", fullmatch=True),
        st.from_regex(r"C[A-HJ-NP-Z0-9][0-9]{7}", fullmatch=True),
        st.from_regex(r"[HM][0-9]{8}([0-9]{2})?", fullmatch=True),
        st.from_regex(r"[A-Z][0-9]{6}\([0-9A]\)", fullmatch=True),
    ).filter(lambda number: not number[1:5].startswith(("19", "20"))),
    lower=st.booleans(),
)
def test_a_passport_or_permit_never_stays(label: str, number: str, lower: bool) -> None:
    masked = mask(f"{label}{number.lower() if lower else number}丢了")
    assert digits_of(masked) == ""
    assert number[0] not in masked.removeprefix(label).upper()


@settings(max_examples=300)
@given(
    label=st.sampled_from(
        [
            "微信号",
            "微信号：",
            "微信：",
            "WeChat: ",
            "wechat id ",
            "QQ号",
            "QQ: ",
            "扣扣：",
            "vx：",
            "V信号 ",
            "抖音号：",
            "支付宝账号：",
        ]
    ),
    handle=st.from_regex(r"[a-z][a-z0-9_-]{5,18}|[1-9][0-9]{4,10}", fullmatch=True),
)
def test_a_handle_behind_its_label_never_stays(label: str, handle: str) -> None:
    assert handle not in mask(f"请加{label}{handle}，谢谢")


FAMILY = st.sampled_from(
    [*"王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许沈曾彭吕", *SURE_COMPOUND.split("|")]
)
GIVEN = st.sampled_from(["", "伟", "芳", "建国", "秀英", "志强", "某", "某某", "晓东", "雅静"])
TITLE = st.sampled_from(
    ["大爷", "大妈", "女士", "先生", "阿姨", "奶奶", "爷爷", "师傅", "老师", "叔叔", "小姐", "大姐"]
)


@settings(max_examples=400)
@given(
    before=st.sampled_from(["", "请找", "三号楼的", "反映：", "我和", "，", "（", "联系"]),
    family=FAMILY,
    given_name=GIVEN,
    title=TITLE,
    after=st.sampled_from(["", "家漏水", "反映路灯坏了", "，麻烦了", "的车"]),
)
def test_a_name_before_its_title_never_stays(before: str, family: str, given_name: str, title: str, after: str) -> None:
    masked = mask(before + family + given_name + title + after)
    assert family + given_name + title not in masked
    assert family not in masked.removeprefix(before)


@settings(max_examples=400)
@given(
    label=st.sampled_from(
        ["联系人", "联系人：", "姓名：", "姓名 ", "报修人：", "我叫", "我的名字是", "申请人", "户主：", "投诉人: "]
    ),
    family=FAMILY,
    given_name=GIVEN.filter(bool),
    after=st.sampled_from(["", "，住在附近", "。", " 电话后补", "住在三楼", "的家里漏水"]),
)
def test_a_name_behind_its_label_never_stays(label: str, family: str, given_name: str, after: str) -> None:
    masked = mask(label + family + given_name + after).removeprefix(label)
    assert family not in masked
    assert given_name not in masked


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("6栋706漏水", "6栋***漏水"),
        ("7-2-704漏水", "7-2-***漏水"),
        ("4号楼2单元709户", "4号楼2单元***户"),
        ("2号楼A座712", "2号楼A座***"),
        ("1号楼3门713", "1号楼3门***"),
        ("三单元七零七室", "三单元***室"),
        ("七百零七室", "****室"),
        ("3单元5楼东户", "3单元5楼**"),
        ("苏 D 54321占道", "*********占道"),
        ("浙c54321", "*******"),
        ("使014578", "*******"),
        ("62345679", "********"),
        ("（137）0013-7012", "***********"),
        ("137/0013/7010", "***********"),
        ("+852 6123 4567", "***********"),
        ("护照E12345678", "护照*********"),
        ("微信号zhang-san", "微信号*********"),
        ("联系人张某某", "联系人***"),
        ("我叫张三，住三楼", "我叫**，住三楼"),
        ("王大爷家", "*大爷家"),
        ("李女士反映", "*女士反映"),
        ("欧阳女士", "**女士"),
        ("身份证尾号1234", "身份证尾号****"),
        ("zhangsan(at)qq.com", "***********"),
        ("1️⃣3️⃣8️⃣0️⃣0️⃣1️⃣3️⃣8️⃣0️⃣0️⃣0️⃣", "***********\ufe0f\u20e3"),
        ("①③⑧⓪⓪①③⑧⓪⓪⓪", "***********"),
        ("My name is Li Wei.", "My name is ******."),
        ("Mr. Wang complained", "Mr. **** complained"),
    ],
)
def test_it_is_masked_and_the_rest_stays(typed: str, shown: str) -> None:
    assert mask(typed) == shown
