"""The pages and feeds of a full board, as the service serves them."""

import re
from datetime import timedelta
from io import BytesIO

from PIL import Image, ImageFilter

from services.issues.catalogue.api.editions import CatalogueView
from services.issues.places import report_page
from services.issues.places.views import StepView
from services.notify.announcements.domain import Edit, Post, edit, post
from services.notify.board.api import CSP
from services.notify.board.feeds import atom, json_feed, rss
from services.notify.board.figures import Announced, Board
from services.notify.board.page import ASSETS, Page
from services.notify.board.settings import Office
from services.notify.bulletins.domain import Week, WeekFigures, issue
from services.notify.bulletins.pages import TEMPLATES, Sheets
from services.notify.notices import answer_page
from services.notify.notices.domain.answering import Standing, questions
from services.notify.notices.domain.particulars import Particulars
from services.notify.notices.wording import Wording
from tests.unit.issues.world import BUILDING, CATALOGUE
from tests.unit.notify.boards import NOW, a_round, sunny_board
from tests.unit.notify.given import NAMES, STAFF
from tests.unit.notify.notices.test_answering import ASKED, START, a_notice, parts

ORIGIN = "https://board.example.org"
PAGE = Page(NAMES, {"sunshine": Office(zh="居委会服务大厅", en="Service hall", phone="010-0000 0000")}, TEMPLATES)
SHEETS = Sheets(PAGE)
_FIGURES = WeekFigures(rounds=2, floors=40, found=12, on_the_spot=9, reported=5, closed=4, open=3, activities=6)
BULLETIN = issue("bulletin-1", "sunshine", Week(year=2026, week=47), _FIGURES, None, NOW).aggregate
ANNOUNCEMENT = edit(
    post("announcement-1", Post(community="sunshine", title="停水通知", text="周六停水。"), STAFF, NOW).aggregate,
    Edit(reason="时间有变", text="改为周日。"),
    STAFF,
    NOW,
).aggregate
LANGUAGES = ("zh", "en")


def full_board() -> Board:
    """A board with something in every part of it."""
    election = Announced(
        id="announcement-1",
        title="居委会换届选举公告",
        title_en="Election of the committee",
        text="选民登记自即日起开始。\n请到服务大厅登记。",
        text_en="Voters register at the service hall.",
        pinned=True,
        valid_from=NOW,
        valid_until=NOW + timedelta(days=25),
        posted_at=NOW,
        edited_at=NOW + timedelta(hours=3),
        revision=2,
    )
    board = sunny_board()
    coverage = board.coverage.model_copy(update={"latest": tuple(a_round(id=f"round-{n}") for n in range(5))})
    return board.model_copy(update={"announcements": (election,), "coverage": coverage})


def board_with_many_notices() -> Board:
    """A board on which twenty long announcements hang."""
    board = full_board()
    (election,) = board.announcements
    long = {
        "title": "停水通知",
        "title_en": None,
        "text": "周六上午停水，请提前储水。" * 40,
        "text_en": None,
        "pinned": False,
    }
    others = (election.model_copy(update={**long, "id": f"announcement-{n}"}) for n in range(2, 21))
    return board.model_copy(update={"announcements": (election, *others)})


def pages() -> dict[str, str]:
    """Every page by its path: the board, in large type, and all that a screen shows."""
    board, made = full_board(), dict[str, str]()
    for lang in LANGUAGES:
        made[f"/{lang}/board.html"] = PAGE.board(board, lang)
        made[f"/{lang}/notices.html"] = PAGE.board(board_with_many_notices(), lang)
        made[f"/{lang}/large.html"] = PAGE.board(board, lang, large=True)
        made[f"/{lang}/choice.html"] = PAGE.choice(["sunshine", "moonlight"], lang)
        made[f"/{lang}/gone.html"] = PAGE.gone(lang)
        made[f"/{lang}/bulletin.html"] = SHEETS.sheet(BULLETIN, lang)
        made[f"/{lang}/notice.html"] = PAGE.announcement(ANNOUNCEMENT, lang)
        made[f"/{lang}/shelf.html"] = SHEETS.shelf("sunshine", [BULLETIN], lang)
        for number in range(1, 7):
            made[f"/{lang}/screen-{number}.html"] = PAGE.screen(board, lang, number)
    return made


def stickers() -> dict[str, str]:
    """Every page that a sticker leads to, by its path."""
    steps = [
        StepView(id=BUILDING.id, kind=BUILDING.kind, title=title, number=None) for title in ("都市小区", "9号楼", "3层")
    ]
    catalogue, phone = CatalogueView.of(CATALOGUE), "010-0000 0000"
    return {
        "/sticker/form.html": report_page.opened(steps, catalogue, BUILDING.id, phone),
        "/sticker/reading.html": report_page.opened(steps, catalogue, BUILDING.id, None),
        "/sticker/taken.html": report_page.taken("YG-2611-0042", phone, public=True),
        "/sticker/taken-private.html": report_page.taken("YG-2611-0042", phone, public=False),
        "/sticker/outlived.html": report_page.outlived(phone),
        "/sticker/refused.html": report_page.refused("请先说明是什么问题。", "Say what it is.", BUILDING.id, phone),
    }


def answers() -> dict[str, str]:
    """Every page that the link of a message leads to, by its path: how each question can stand, and no question."""
    moved = parts(("activity-moved", "activity-1", ASKED), ("activity-moved", "activity-2", ASKED))
    reminded = a_notice("activity-reminder", Particulars(title="合唱", starts_at=START, venue="plaza", party=2))
    asking = {
        "offer": a_notice(behalf="resident-2"),
        "reminder": reminded,
        "several": a_notice("activity-moved", ASKED, about="series-1", parts=moved),
    }
    made = {f"/answer/{lang}-nowhere.html": answer_page.no_page(lang) for lang in LANGUAGES}
    for lang in LANGUAGES:
        for name, notice in asking.items():
            for stands in Standing:
                shown = [answer_page.Shown(each, stands, certain=False) for each in questions(notice)]
                html = answer_page.answer_page(notice, shown, Wording(NAMES), lang, NOW)
                made[f"/answer/{lang}-{name}-{stands}.html"] = html
    return made


def _a_picture() -> bytes:
    """A picture with as much in it as a photo has."""
    out = BytesIO()
    Image.effect_noise((320, 240), 40).convert("RGB").filter(ImageFilter.GaussianBlur(1.5)).save(
        out, "JPEG", quality=80
    )
    return out.getvalue()


def feeds(lang: str, board: Board | None = None) -> tuple[bytes, bytes, dict[str, object]]:
    """RSS, Atom and JSON Feed of `board`, or of a full one."""
    shown = board or full_board()
    return tuple(make(shown, lang, NAMES, ORIGIN) for make in (rss, atom, json_feed))  # type: ignore[return-value]


def contents() -> dict[str, bytes]:
    """What a server shows of it: the pages, the pictures in them, and what else belongs to them."""
    made = pages() | stickers() | answers()
    pictures = {path for html in made.values() for path in re.findall(r'<img src="([^"]+\.jpg)"', html)}
    shown = {path: html.encode() for path, html in made.items()} | dict.fromkeys(pictures, _a_picture())
    return shown | {f"/board/assets/{file.name}": file.read_bytes() for file in ASSETS.iterdir()}


def policy(path: str) -> str:
    """The policy with which a page is sent."""
    if path.startswith("/answer"):
        return answer_page.CSP
    return report_page.CSP if path.startswith("/sticker") else CSP
