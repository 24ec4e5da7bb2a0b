"""The board is read by programs that nobody here wrote: axe in Chromium, readers of feeds."""

import re
from collections.abc import Iterator

import feedparser
import pytest
from playwright.sync_api import Browser

from tests.contract.board.site import LANGUAGES, answers, contents, feeds, full_board, pages, policy, stickers
from tests.contract.strangers import COLOURS, WCAG, complaints, served

WIDTHS = (360, 800, 1280)
_SHIFTS = """new Promise(done => {
    new PerformanceObserver(list => done(list.getEntries().length)).observe({type: 'layout-shift', buffered: true});
    setTimeout(() => done(0), 300);
})"""
_FITTED = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))"
_MEASURES = """[document.documentElement.scrollHeight, document.documentElement.scrollWidth,
    Number(document.body.style.zoom)]"""
KILOBYTES = 150


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    with served(contents(), policy) as address:
        yield address


@pytest.mark.parametrize(
    ("lang", "scheme", "names"),
    [
        ("zh", "light", ("board", "large")),
        ("en", "light", ("board", "large")),
        ("zh", "dark", ("board", "bulletin", "notice")),
    ],
)
def test_axe_finds_nothing_and_nothing_is_wider_than_the_window(
    site: str, browser: Browser, lang: str, scheme: str, names: tuple[str, ...]
) -> None:
    told: list[str] = []
    for width in WIDTHS:
        context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)  # type: ignore[arg-type]
        page = context.new_page()
        for name in names:
            page.goto(f"{site}/{lang}/{name}.html")
            told += complaints(page, COLOURS if (scheme, name) == ("dark", "board") else WCAG)
        context.close()
    assert told == []


@pytest.mark.parametrize(("scheme", "larger"), [("light", 1), ("dark", 1), ("light", 2)])
def test_axe_finds_nothing_on_what_a_sticker_opens(site: str, browser: Browser, scheme: str, larger: int) -> None:
    told: list[str] = []
    for width in WIDTHS:
        context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)  # type: ignore[arg-type]
        page = context.new_page()
        for path in stickers():
            page.goto(f"{site}{path}")
            page.evaluate(f"document.documentElement.style.fontSize = '{larger * 100}%'")
            told += complaints(page, COLOURS if scheme == "dark" else WCAG)
            body = page.evaluate("parseFloat(getComputedStyle(document.body).fontSize)")
            assert body == 18 * larger, "the style is the one that the policy names, and follows the reader's size"
        context.close()
    assert told == []


@pytest.mark.parametrize(("scheme", "larger"), [("light", 1), ("dark", 1), ("light", 2)])
def test_axe_finds_nothing_on_what_the_link_of_a_message_opens(
    site: str, browser: Browser, scheme: str, larger: int
) -> None:
    told: list[str] = []
    shown = [path for path in answers() if any(name in path for name in ("-open", "-coming", "-lapsed", "nowhere"))]
    context = browser.new_context(viewport={"width": WIDTHS[0], "height": 800}, color_scheme=scheme)  # type: ignore[arg-type]
    page = context.new_page()
    for path in shown:
        page.goto(f"{site}{path}")
        page.evaluate(f"document.documentElement.style.fontSize = '{larger * 100}%'")
        told += complaints(page, COLOURS if scheme == "dark" else WCAG)
        body = page.evaluate("parseFloat(getComputedStyle(document.body).fontSize)")
        assert body == 20 * larger, "the style is the one that the policy names, and follows the reader's size"
    context.close()
    assert told == []


SCREENS = ((1920, 1080), (1080, 1920), (1366, 768))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_screen_of_any_size_shows_each_part_whole_and_as_large_as_it_can(
    site: str, browser: Browser, lang: str
) -> None:
    page = browser.new_context().new_page()
    for number in range(1, 7):
        page.set_viewport_size({"width": 1920, "height": 1080})
        page.goto(f"{site}/{lang}/screen-{number}.html")
        assert complaints(page) == []
        assert page.evaluate("document.body.dataset.next") == f"?lang={lang}&page={number % 6 + 1}"
        for width, height in SCREENS:
            page.set_viewport_size({"width": width, "height": height})
            page.wait_for_function(_FITTED)
            tall, wide, scale = page.evaluate(_MEASURES)
            assert (tall <= height, wide <= width) == (True, True), f"page {number} is {wide} by {tall} of {width}"
            if height == 1920 and number == 1:
                assert scale > 1.2, "a tall screen is filled: people look at it from afar"


def test_a_screen_without_a_connection_goes_on_to_hang_and_turns_when_there_is_one(site: str, browser: Browser) -> None:
    context = browser.new_context(viewport={"width": 1080, "height": 1920})
    page = context.new_page()
    page.clock.install()
    page.goto(f"{site}/zh/screen-1.html")
    shown = page.inner_text("main")
    asked: list[str] = []
    page.on("requestfailed", lambda request: asked.append(request.url))
    context.set_offline(True)
    page.clock.run_for(61_000)
    page.wait_for_function("true")
    assert page.inner_text("main") == shown
    assert asked
    context.set_offline(False)
    with page.expect_navigation():
        page.clock.run_for(21_000)
    assert page.url.endswith("?lang=zh&page=2")


def test_the_link_to_large_type_leads_there_and_keeps_it(site: str, browser: Browser) -> None:
    page = browser.new_context().new_page()
    for name, links in (
        ("board", {"?lang=en", "?lang=zh&type=large"}),
        ("large", {"?lang=en&type=large", "?lang=zh"}),
    ):
        page.goto(f"{site}/zh/{name}.html")
        leads = page.eval_on_selector_all("a.switch", "each => each.map(a => a.getAttribute('href'))")
        assert set(leads) == links


def test_a_phone_gets_little_and_nothing_from_elsewhere(site: str, browser: Browser) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844})
    page, sizes, elsewhere = context.new_page(), list[int](), list[str]()
    page.on("request", lambda request: None if request.url.startswith(site) else elsewhere.append(request.url))
    pictures = re.findall(r'<img src="([^"]+)"', pages()["/zh/board.html"])
    assets = ("/board/assets/board.css", "/board/assets/board.js", "/board/assets/sun.svg")
    for path in ("/zh/board.html", *assets, *pictures):
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
    page.goto(f"{site}/zh/notices.html", wait_until="networkidle")
    assert page.evaluate("document.documentElement.scrollHeight") < 7000
    assert page.locator(".announcements > li:visible").count() == 3
    page.get_by_label("展开全部: 社区公告").check(force=True)
    assert page.locator(".announcements > li:visible").count() == 8
    page.get_by_text("其余 12 份公告").click()
    assert page.locator(".announcements > li:visible").count() == 20


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
