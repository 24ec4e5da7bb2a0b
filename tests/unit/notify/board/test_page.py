"""The board as people see it: complete in both languages, safe whatever somebody typed, readable without a script."""

import re
from html.parser import HTMLParser

import pytest

from services.contracts.text import fit
from services.notify.board.feeds import json_feed, rss
from services.notify.board.figures import Announced, Board, BuildingFindings, Cases, Findings, percent, tally
from services.notify.board.labels import LABELS
from services.notify.board.page import ASSETS, Page
from services.notify.board.settings import Office
from tests.unit.notify.boards import NOW, PLACES, a_round, sunny_board
from tests.unit.notify.given import NAMES

PAGE = Page(NAMES, {"sunshine": Office(zh="居委会", en="Committee", phone="010-0000 0000")})
EVIL = "<script>alert(1)</script>\"'&\x07]]>"
_VOID = {"meta", "link", "br", "img", "rect", "circle", "path", "input"}


class _Tags(HTMLParser):
    """Collects what stands on a page and checks that it is closed."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(page)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        if tag not in _VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data

    @property
    def words(self) -> str:
        return " ".join(self.text.split())


def _empty(**fields: object) -> Board:
    nothing = Board.model_validate(
        {
            **sunny_board().model_dump(),
            "findings": Findings(found=0, on_the_spot=0, put_right=0, by_building=()),
            "cases": Cases(reported=0, from_rounds=0, closed=0, open=0, overdue=0, latest=(), waiting=()),
            "activities": (),
            "wishes": (),
            "wish_count": 0,
            "volunteering": {"minutes": 0, "volunteers": 0, "team_count": 0, "teams": ()},
        }
    )
    return nothing.model_copy(update=fields)


def test_both_languages_say_the_same_things() -> None:
    assert LABELS["zh"].keys() == LABELS["en"].keys()


def test_the_main_figures_stand_on_the_page() -> None:
    page = _Tags(PAGE.board(sunny_board(), "zh"))
    for said in (
        "巡查发现 75 件",
        "案件共 31 件：27 件是走访中当场不能解决、转交处置的，4 件由居民等上报；走访中当场整改的 57 件不另立案。",
        "13 支队伍",
        "另有 6 个",
        "另有 5 个",
        "已整改 75 件",
        "2,535 户",
        "6,000 位居民",
        "已走完 9 栋，共 20 栋",
        "现场解决率 76%",
        "余 4 个名额",
        "名额已满 · 候补 不足5 人",
        "还缺 2 名志愿者",
        "志愿者已满",
        "classroom · 4号楼",
        "报名截至 11月24日 周二 16:30 · 6 至 12 岁 · 儿童由监护人报名",
        "也可致电 010-0000 0000，或到居委会登记。",
        "11月24日 周二",
        "307",
        "128 人支持",
        "社区答复",
        "时限 11月23日 周一 13:30 超期",
        "待派遣",
    ):
        assert said in page.words, said


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("board", [sunny_board(), _empty(), _empty(households=0, residents=0)])
def test_the_page_stands_alone(lang: str, board: Board) -> None:
    html = PAGE.board(board, lang)
    page = _Tags(html)
    tags = [tag for tag, _ in page.found]
    scripts = [attributes for tag, attributes in page.found if tag == "script"]
    assert [each["src"].partition("?")[0] for each in scripts if each["src"]] == ["/board/assets/board.js"]
    assert "style" not in tags
    for tag, attributes in page.found:
        assert "style" not in attributes, tag
        assert not any(name.startswith("on") for name in attributes), tag
        for name in ("href", "src"):
            address = attributes.get(name)
            assert address is None or address[0] in "/#?" or address == "tel:010-00000000", address
    ids = [attributes["id"] for _, attributes in page.found if "id" in attributes]
    assert len(ids) == len(set(ids))
    labels = {attributes["aria-labelledby"] for _, attributes in page.found if "aria-labelledby" in attributes}
    assert labels <= set(ids)
    assert page.found[0][1]["lang"] == ("zh-CN" if lang == "zh" else "en")
    assert "None" not in page.text
    assert "built-in" not in page.text


def test_nothing_on_the_english_page_waits_for_translation() -> None:
    page = PAGE.board(_empty(), "en")
    words = re.sub(r"(?s)<a class=\"switch\".*?</a>", "", page)
    assert not re.search(r"[\u4e00-\u9fff]", words)


def test_words_that_somebody_typed_do_no_harm() -> None:
    board = sunny_board()
    wish = board.wishes[0].model_copy(update={"title": EVIL, "answer": EVIL, "progress_text": EVIL})
    case = board.cases.latest[0].model_copy(update={"title": EVIL})
    activity = board.activities[0].model_copy(update={"title": EVIL, "venue": "unknown-venue"})
    cases = board.cases.model_copy(update={"latest": (case,)})
    hurt = board.model_copy(update={"wishes": (wish,), "cases": cases, "activities": (activity,)})
    html = PAGE.board(hurt, "zh")
    assert "<script>" not in html
    assert "\x07" not in html
    assert EVIL[:26] in _Tags(html).text
    feed = rss(hurt, "zh", NAMES, "https://example.org")
    assert b"<script" not in feed
    assert b"\x07" not in feed
    assert json_feed(hurt, "zh", NAMES, "https://example.org")["items"][0]["title"].endswith(fit(EVIL))


@pytest.mark.parametrize(
    ("language", "stage", "words"),
    [
        ("zh", "under-way", "正在实施 40%"),
        ("en", "under-way", "Under way 40%"),
        ("en", "done", "It is there"),
        ("en", "a-stage-of-later-days", "In a plan"),
    ],
)
def test_the_page_says_how_far_a_wish_is(language: str, stage: str, words: str) -> None:
    board = sunny_board()
    wish = board.wishes[0].model_copy(update={"stage": stage, "progress": 40, "progress_text": "设计完成"})
    shown = _Tags(PAGE.board(board.model_copy(update={"wishes": (wish,)}), language)).words
    assert words in shown
    assert "设计完成" in shown


def test_colours_and_bars_add_up() -> None:
    html = PAGE.board(sunny_board(), "zh")
    assert html.count('<li class="lit">') == 9
    assert html.count('<li class="unlit">') == 11
    assert 'stroke-dasharray="314.2 314.2"' in html


@pytest.mark.parametrize(
    ("part", "whole", "expected"), [(0, 0, 0), (74, 75, 98), (75, 75, 100), (999, 1000, 99), (1, 3, 33)]
)
def test_a_hundred_percent_is_never_claimed_early(part: int, whole: int, expected: int) -> None:
    assert percent(part, whole) == expected


def test_buildings_stand_in_the_order_of_their_numbers_and_the_grounds_last() -> None:
    def of(place: object) -> BuildingFindings:
        return BuildingFindings(building=place, found=1, on_the_spot=1, put_right=1)  # type: ignore[arg-type]

    ordered = tally([of(None), of(PLACES[9]), of(PLACES[1])]).by_building
    assert [b.building and b.building.number for b in ordered] == [2, 10, None]


def test_feeds_name_no_person_and_keep_their_ids() -> None:
    feed = json_feed(sunny_board(), "zh", NAMES, "https://example.org")
    elsewhere = json_feed(sunny_board(), "en", NAMES, "https://another.example")
    ids = [item["id"] for item in feed["items"]]
    assert ids == [item["id"] for item in elsewhere["items"]]
    assert len(set(ids)) == len(ids)
    assert "https://example.org/calendar/sunshine/activity-0?lang=zh" in [item["url"] for item in feed["items"]]
    assert feed["items"][0]["date_published"] == NOW.isoformat()
    assert feed["home_page_url"] == "https://example.org/board/sunshine?lang=zh"


def test_the_style_asks_for_nothing_from_elsewhere() -> None:
    css = (ASSETS / "board.css").read_text()
    assert "url(" not in css
    assert "@import" not in css


def _with(**fields: object) -> Board:
    board = sunny_board()
    return board.model_copy(update={"coverage": board.coverage.model_copy(update={"latest": (a_round(**fields),)})})


def test_the_summary_of_a_round_stands_on_the_page_in_both_languages() -> None:
    page = _Tags(PAGE.board(_with(), "zh"))
    for said in (
        "一月逐楼走访",
        "走访 9/9 栋 · 243 层 · 小区共走完 9/20 栋",
        "发现 75 件 · 现场解决 57 件（76%） · 交办 18 件 · 1 件办理中 · 最近时限",
        "公共照明 40 · 墙砖墙面 35",
        "1号楼 9 · 2号楼 8",
    ):
        assert said in page.words
    english = _Tags(PAGE.board(_with(title=None, open=0, next_due=None), "en")).words
    for said in ("9 of 9 buildings", "9 of the compound's 20", "57 fixed on the spot (76%)", "Public lighting 40"):
        assert said in english
    assert "All that was handed over is settled" in english
    assert "Building 1 9" in english


def test_a_round_that_found_nothing_claims_no_rate() -> None:
    nothing = _with(found=0, on_the_spot=0, handed_over=0, open=0, next_due=None, by_building=(), by_category=())
    words = _Tags(PAGE.board(nothing, "zh")).words
    assert "发现 0 件" in words
    assert "发现 0 件 ·" not in words


def test_feeds_carry_the_summary_of_a_round() -> None:
    items = json_feed(_with(title=EVIL), "zh", NAMES, "https://here")["items"]
    [item] = [each for each in items if each["title"].startswith("最近巡查")]
    assert "小区共走完 9/20 栋" in item["content_text"]
    assert "公共照明 40" in item["content_text"]
    assert item["date_published"] == a_round().completed_at.isoformat()
    assert b"<script>" not in rss(_with(title=EVIL), "zh", NAMES, "https://here")


def test_the_title_of_a_round_is_shown_as_text() -> None:
    assert "<script>" not in PAGE.board(_with(title=EVIL), "zh")


def test_every_announcement_that_hangs_stands_on_the_page_and_comes_to_a_screen() -> None:
    one = Announced(
        id="announcement-1",
        title="停水",
        title_en=None,
        text="周六停水。",
        text_en=None,
        pinned=False,
        valid_from=NOW,
        valid_until=None,
        posted_at=NOW,
        edited_at=None,
        revision=1,
    )
    titles = [f"第{n}份公告" for n in range(1, 20)]
    many = tuple(one.model_copy(update={"id": f"announcement-{n}", "title": each}) for n, each in enumerate(titles))
    board = sunny_board().model_copy(update={"announcements": many})
    read = _Tags(PAGE.board(board, "zh")).words
    assert [each for each in titles if each not in read] == []
    assert "其余 11 份公告" in read
    pages = int(_Tags(PAGE.screen(board, "zh", 1)).words.split(" 1/")[1].split()[0])
    turned = [_Tags(PAGE.screen(board, "zh", number)).words for number in range(1, pages + 1)]
    assert [sum(each in page for page in turned) for each in titles] == [1] * len(titles)
    few = board.model_copy(update={"announcements": many[:2]})
    assert "其余" not in PAGE.board(few, "zh")
