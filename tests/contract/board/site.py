"""The pages and feeds of a full board, served on this machine as the service serves them."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from services.notify.board.feeds import atom, json_feed, rss
from services.notify.board.figures import Announced, Board
from services.notify.board.page import ASSETS, Page
from services.notify.board.settings import Office
from services.notify.bulletins.domain import Week, WeekFigures, issue
from services.notify.bulletins.pages import TEMPLATES, Sheets
from tests.unit.notify.boards import NOW, a_round, sunny_board
from tests.unit.notify.given import NAMES

ORIGIN = "https://board.example.org"
PAGE = Page(NAMES, {"sunshine": Office(zh="居委会服务大厅", en="Service hall", phone="010-0000 0000")}, TEMPLATES)
SHEETS = Sheets(PAGE)
_FIGURES = WeekFigures(rounds=2, floors=40, found=12, on_the_spot=9, reported=5, closed=4, open=3, activities=6)
BULLETIN = issue("bulletin-1", "sunshine", Week(year=2026, week=47), _FIGURES, None, NOW).aggregate
LANGUAGES = ("zh", "en")
KINDS = {"html": "text/html; charset=utf-8", "css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}


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


def pages() -> dict[str, str]:
    """Every page by its path: the board, in large type, and all that a screen shows."""
    board, made = full_board(), dict[str, str]()
    for lang in LANGUAGES:
        made[f"/{lang}/board.html"] = PAGE.board(board, lang)
        made[f"/{lang}/large.html"] = PAGE.board(board, lang, large=True)
        made[f"/{lang}/choice.html"] = PAGE.choice(["sunshine", "moonlight"], lang)
        made[f"/{lang}/bulletin.html"] = SHEETS.sheet(BULLETIN, lang)
        made[f"/{lang}/shelf.html"] = SHEETS.shelf("sunshine", [BULLETIN], lang)
        for number in range(1, 7):
            made[f"/{lang}/screen-{number}.html"] = PAGE.screen(board, lang, number)
    return made


def feeds(lang: str, board: Board | None = None) -> tuple[bytes, bytes, dict[str, object]]:
    """RSS, Atom and JSON Feed of `board`, or of a full one."""
    shown = board or full_board()
    return tuple(make(shown, lang, NAMES, ORIGIN) for make in (rss, atom, json_feed))  # type: ignore[return-value]


@contextmanager
def served() -> Iterator[str]:
    """The address at which the pages stand."""
    contents = {path: html.encode() for path, html in pages().items()}
    contents |= {f"/board/assets/{file.name}": file.read_bytes() for file in ASSETS.iterdir()}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            content = contents.get(path)
            self.send_response(404 if content is None else 200)
            self.send_header("Content-Type", KINDS.get(path.rpartition(".")[2], "text/plain"))
            self.end_headers()
            self.wfile.write(content or b"")

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    serving = threading.Thread(target=server.serve_forever, daemon=True)
    serving.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        serving.join()
