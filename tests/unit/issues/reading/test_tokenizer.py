"""What a Chinese text is found by, and what a question asks for."""

import re
from functools import lru_cache
from itertools import pairwise

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from pypinyin import lazy_pinyin

from services.issues.reading.numerals import numerals
from services.issues.reading.questions import (
    _BETWEEN,
    NO_SYNONYMS,
    NothingToSearch,
    Synonyms,
    TooManyTerms,
    Way,
    known_as,
    terms,
)
from services.issues.reading.sounds import letters
from services.issues.reading.tokenizer import beginnings, normal, pairs, tokens
from services.issues.vocabulary.residential import RESIDENTIAL
from tests.contract.masking.complaints import complaints

CHINESE = st.text(st.sampled_from("楼道照明灯不亮电梯漏水九号"), min_size=1, max_size=12)
MIXED = st.text(st.sampled_from("楼道灯9a B-，。 \t８号LED"), max_size=30)


FIRST = known_as(RESIDENTIAL)


@lru_cache(maxsize=256)
def _indexed(text: str) -> tuple[str, set[str]]:
    plain = normal(text)
    return plain, tokens(plain) | beginnings(plain)


def found(question: str, text: str, synonyms: Synonyms = NO_SYNONYMS, *, typed: bool = False) -> bool:
    """Whether the index and then the text itself find `question` in `text`; `typed`: as it is typed."""
    plain, index = _indexed(text)

    def finds(way: Way) -> bool:
        text = letters(plain) if way.by_letters else plain
        return all(cover & index for cover in way.covers) and all(re.search(each, text) for each in way.patterns)

    return all(finds(term.near) or (not typed and any(map(finds, term.far))) for term in terms(question, synonyms))


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("照明", "三楼公共照明灯不亮"),
        ("灯", "三楼公共照明灯不亮"),
        ("照明 不亮", "三楼公共照明灯不亮"),
        ("9号楼", "阳光小区 9号楼"),
        ("９号楼", "9号楼"),
        ("led", "LED 灯坏了"),
        ("公共照明 lighting", "公共照明 Public lighting"),
        ("(9)号", "(9)号"),
    ],
)
def test_words_that_stand_in_a_text_find_it(question: str, text: str) -> None:
    assert found(question, text)


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("照灯", "照明灯"),
        ("9号楼", "19号楼"),
        ("ight", "lighting"),
        ("照明 电梯", "公共照明"),
        ("楼道灯", "楼道 道灯"),
    ],
)
def test_a_text_that_only_looks_alike_is_not_found(question: str, text: str) -> None:
    assert not found(question, text)


@given(CHINESE, CHINESE, CHINESE)
def test_every_part_of_a_chinese_text_is_found(before: str, part: str, behind: str) -> None:
    assume(not (before.endswith("九") and part.startswith("九")))  # 九九号 is not 九号
    assert found(part, before + part + behind)


def test_a_text_has_few_tokens() -> None:
    """Each is an entry of an index: a pair and a sound for a character, and no more."""
    text = normal("七楼电梯口的公共照明灯坏了三天，晚上老人出门看不清路")
    assert len(tokens(text)) <= 2 * len(text)
    assert not {token for token in tokens(text) if len(token) == 1}


@given(MIXED)
@example("B9 号")
@example("B 号")
@example("负9 层9楼")
@example("9楼９ 号9层B")
def test_any_question_is_refused_or_finds_itself(text: str) -> None:
    try:
        asked = terms(text)
    except NothingToSearch:
        assert not re.search(r"\w", normal(text).replace("_", ""))
    except TooManyTerms:
        assert len(_BETWEEN.split(normal(text))) > 8
    else:
        assert asked
        assert all(term.near.covers for term in asked)
        assert found(text, text, typed=True)
        assert found(text, text, FIRST)


@given(st.text(max_size=200))
def test_no_text_breaks_the_index(text: str) -> None:
    plain = normal(text)
    assert normal(plain) == plain or len(normal(plain)) <= len(plain)
    assert all(0 < len(token) <= 32 and "\0" not in token for token in tokens(plain))


SAME = [
    ("电梯", "電梯"),
    ("乾淨", "干净"),
    ("３号楼", "3号楼"),
    ("ＬＥＤ", "led"),
    ("七层", "7层", "7楼", "七楼", "7F", "7f", "７樓"),
    ("12层", "十二楼", "十二层", "12F"),
    ("三号楼", "3号楼", "3栋", "三栋", "3幢", "3座", "三棟", "3#", "3 号楼"),
    ("21号楼", "二十一栋", "21幢"),
    ("-1层", "负一楼", "负1层", "地下一层", "地下1层", "B1", "B1层"),
    ("2单元", "二单元"),
    ("702室", "七零二室", "七〇二室"),
    ("两天", "2天", "二天"),
    ("3栋7楼", "三号楼七层", "3号楼7层", "三幢7F"),
    ("7 楼", "7层", "F7"),
    ("21号楼", "廿一号楼", "贰拾壹栋"),
    ("3号楼", "叁号楼", "第叁栋"),
    ("A栋", "a座", "Ａ号楼", "A 幢"),
    ("甲栋", "甲座", "甲楼"),
    ("卫生间", "衛生間", "衞生間"),
]


@pytest.mark.parametrize("ways", SAME, ids=lambda ways: ways[0])
def test_ways_to_write_the_same_find_each_other(ways: tuple[str, ...]) -> None:
    for question in ways:
        for text in ways:
            assert found(question, f"灯 {text} 坏", typed=True), (question, text)
            assert found(f"{question}漏水", f"在{text}漏水了", typed=True) or question.endswith(("#", "d")), text


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("9号楼", "19号楼"),
        ("九号楼", "十九号楼"),
        ("7层", "17层"),
        ("七层", "十七楼"),
        ("7层", "7号楼"),
        ("3栋", "13幢"),
        ("1层", "负1层"),
        ("-1层", "1层"),
        ("2单元", "12单元"),
        ("F7", "F17"),
        ("A栋", "B座"),
        ("702室", "1702"),
        ("702", "七零二一"),
    ],
)
def test_other_numbers_do_not_find_each_other(question: str, text: str) -> None:
    assert not found(question, text, FIRST)


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("噪音", "装修噪声"),
        ("噪声", "装修噪音"),
        ("路灯", "公共照明 Public lighting"),
        ("公共照明", "路灯不亮"),
        ("路灯坏了", "公共照明\n三楼的灯坏了"),
        ("電瓶車充電", "电动车进楼充电"),
        ("lift", "电梯故障"),
        ("消火栓", "消防栓旁"),
    ],
)
def test_synonyms_find_each_other_where_the_community_has_them(question: str, text: str) -> None:
    assert found(question, text, FIRST)
    assert not found(question, text)
    assert not found(question, text, FIRST, typed=True)


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("dianti", "七楼电梯异响"),
        ("dt", "七楼电梯异响"),
        ("DianTi", "電梯"),
        ("diàntī", "电梯"),
        ("dian'ti", "电梯"),
        ("dian ti", "电梯"),
        ("loudaodeng", "楼道灯不亮"),
        ("ldd", "楼道灯不亮"),
        ("deng", "灯坏"),
        ("deng", "LED灯"),
        ("yinhang", "銀行门口"),
        ("xingren", "银行人多"),
        ("jg", "井盖"),
        ("lvhua", "绿化养护"),
        ("lühua", "绿化养护"),
        ("yinhang", "银行门口"),
        ("70", "702室漏水"),
        ("02", "702室漏水"),
        ("0042", "YG-2611-0042"),
        ("42", "YG-2611-0042"),
        ("yg-2611-0042", "灯不亮 YG-2611-0042"),
        ("yg26110042", "灯不亮 YG-2611-0042"),
        ("YG-2611-42", "灯不亮 YG-2611-0042"),
        ("ＹＧ－２６１１－００４２", "灯不亮 YG-2611-0042"),
        ("wi", "大厅WiFi连不上"),
        ("Ｗｉｆ", "大厅WiFi连不上"),
        ("et", "ETC抬杆"),
        ("5", "5G基站"),
        ("light", "Public lighting"),
        ("dia", "七楼电梯异响"),
        ("zho", "中央空调"),
        ("第七层", "7楼电梯"),
        ("第3单元", "三单元门口"),
        ("lǜdai", "绿带"),
        ("lǜ huà", "绿化"),
        ("dian4ti1", "电梯"),
        ("702室", "2单元702漏水"),
        ("七 楼", "7楼漏水"),
        ("七〇二", "702室漏水"),
        ("702", "七零二漏水"),
    ],
)
def test_sounds_first_letters_and_parts_of_numbers_are_found(question: str, text: str) -> None:
    assert found(question, text)


@given(st.text(st.sampled_from("楼道灯行重长L9 \n，𠀀"), max_size=12))
def test_each_character_has_a_slot_with_the_letters_of_all_its_sounds(text: str) -> None:
    slots = [slot for slot in re.split(r"[| ]", letters(text)) if slot]
    sounded = [char for char in text if char in "楼道灯行重长"]
    assert len(slots) == len(sounded)
    known = {"楼": "l", "道": "d", "灯": "d", "行": "hx", "重": "cz", "长": "cz"}
    for char, slot in zip(sounded, slots, strict=True):
        assert set(slot) >= set(known[char])
    assert letters("灯，道") == "|d |d"


@pytest.mark.parametrize(("letters", "text"), [("sxt", "小区摄像头坏了"), ("XFS", "消防栓旁"), ("dt", "电梯异响")])
def test_tokens_lead_to_first_letters_of_words_that_the_community_knows(letters: str, text: str) -> None:
    [term] = terms(letters, FIRST)
    plain, index = _indexed(text)
    assert any(
        way is not term.near and all(cover & index for cover in way.covers) and re.search(way.patterns[0], plain)
        for way in term.led
    )
    assert term.guessed, "other words may have them too"
    [unknown] = terms(letters)
    assert not any(all(cover & index for cover in way.covers) for way in unknown.led)


@pytest.mark.parametrize(
    "typed", ["漏s", "漏sh", "漏shui", "lou水", "dianti漏水", "电ti漏sh", "电梯loush", "7楼dianti"]
)
def test_what_is_half_characters_and_half_letters_is_found_while_it_is_typed(typed: str) -> None:
    assert found(typed, "7楼电梯漏水了")
    assert not found(typed, "7楼楼道灯不亮")


@pytest.mark.parametrize(
    ("question", "text"), [("dianti", "楼道灯"), ("dt", "楼道"), ("70", "1703室"), ("7", "702"), ("fi", "WiFi")]
)
def test_other_sounds_and_parts_are_not_found(question: str, text: str) -> None:
    assert not found(question, text, FIRST)


@given(CHINESE, CHINESE.filter(lambda part: len(part) > 1), CHINESE)
def test_every_part_of_a_chinese_text_is_found_by_its_sound(before: str, part: str, behind: str) -> None:
    text = before + part + behind
    sounds = [lazy_pinyin(pair) for pair in pairs(part)]
    if all(one[1] == other[0] for one, other in pairwise(sounds)):  # and not otherwise read beside another character
        syllables = [sounds[0][0], *(pair[1] for pair in sounds)]
        assert found("'".join(syllables[:8]), text)
        assert found("".join(each[0] for each in syllables[:8]), text)


def test_the_synonyms_that_come_with_the_service_name_each_word_once() -> None:
    every = [normal(word) for group in RESIDENTIAL for word in group]
    assert len(every) == len(set(every))
    assert all(terms(word, FIRST) for word in every)


def test_spaces_and_signs_ask_for_nothing() -> None:
    with pytest.raises(NothingToSearch):
        terms(" ，。_ --")


def test_too_many_terms_are_refused() -> None:
    with pytest.raises(TooManyTerms):
        terms("一 二 三 四 五 六 七 八 九")


@pytest.mark.parametrize(
    "question", ["灯。", "“楼道”", "楼道，灯", "楼道、灯！", "（楼道灯）", "LED,灯", "《led》；楼道"]
)
def test_punctuation_around_words_and_between_them_is_not_searched_for(question: str) -> None:
    assert found(question, "楼道LED灯不亮 楼道灯")


def test_punctuation_within_a_word_is() -> None:
    assert found("e-bike", "E-bike in the hall")
    assert not found("e-bike", "e bike")


REAL = complaints(60, seed=3)
HAN_RUN = re.compile("[\u4e00-\u9fff]{2,}")


@pytest.mark.parametrize("synonyms", [NO_SYNONYMS, FIRST], ids=["alone", "with synonyms"])
def test_words_cut_anywhere_are_found_in_what_people_write(synonyms: Synonyms) -> None:
    """梯坏 in 电梯坏了: nothing depends on where somebody believes that a word ends. A number is not cut: 十七层 is not
    found by 七层."""
    tried = 0
    for text in REAL:
        plain = normal(text)
        cut = {at for numeral in numerals(plain) for at in range(numeral.start, numeral.end)}
        for run in HAN_RUN.finditer(plain):
            for start in range(run.start(), run.end() - 1):
                for end in range(start + 2, min(start + 5, run.end()) + 1):
                    if cut.isdisjoint({start, start - 1, end - 1, end}):
                        tried += 1
                        assert found(plain[start:end], text, synonyms, typed=True), (plain[start:end], text)
    assert tried > 500


def stays_found(typed: list[str], text: str) -> None:
    """What a question has found once, it finds with each character more that fits."""
    states = [found(question, text, FIRST) for question in typed]
    if True in states:
        first = states.index(True)
        assert all(states[first:]), (typed[first:], text)


def test_no_character_more_that_fits_loses_what_was_found() -> None:
    for text in REAL:
        plain = normal(text)
        for word in plain.split()[:2]:
            stays_found([word[:n] for n in range(1, len(word) + 1) if re.search(r"\w", word[:n])], text)
        for run in list(HAN_RUN.finditer(plain))[:2]:
            part = run[0][:4]
            read = [lazy_pinyin(pair) for pair in pairs(part)]
            if all(one[1] == other[0] for one, other in pairwise(read)):
                letters = "".join([read[0][0], *(pair[1] for pair in read)])
                assert found(letters, text), letters
                stays_found([letters[:n] for n in range(len(read[0][0]), len(letters) + 1)], text)


@pytest.mark.parametrize(
    "whole",
    [
        "yg-2611-0042",
        "diantiyixiang",
        "七楼电梯",
        "3号楼702室",
        "电梯 led灯",
        "电梯 702",
        "loudaodeng",
        "wifi坏了",
        "wifi 坏了",
        "etc",
    ],
)
def test_what_people_type_is_found_from_its_first_word_on(whole: str) -> None:
    text = "3号楼702室 七楼电梯异响 楼道灯 LED灯 YG-2611-0042 大厅WiFi坏了 ETC杆"
    states = [found(whole[:n], text, FIRST) for n in range(1, len(whole) + 1) if re.search(r"\w", whole[:n])]
    first = states.index(True)
    assert first <= 4
    assert all(states[first:]), [whole[: n + 1] for n, state in enumerate(states) if not state]
