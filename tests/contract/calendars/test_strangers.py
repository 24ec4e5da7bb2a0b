"""The pages of the calendar, of activities and of the door are read by axe in Chromium, light and dark."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Error

from tests.contract.calendars.site import contents, policy
from tests.contract.strangers import complaints, served

WAYS = (
    ("zh", "light", ("week", "month", "activity-0", "series", "door-list")),
    ("en", "dark", ("week", "activity-0", "activity-1", "door")),
)


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    with served(contents(), policy) as address:
        yield address


def _noting(failed: list[str]) -> Callable[[Error], None]:
    return lambda error: failed.append(str(error))


@pytest.mark.parametrize(("lang", "scheme", "names"), WAYS)
def test_axe_finds_nothing_and_nothing_is_wider_than_the_window(
    site: str, browser: Browser, lang: str, scheme: str, names: tuple[str, ...]
) -> None:
    told: list[str] = []
    for width in (360, 1280):
        context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)  # type: ignore[arg-type]
        page, failed = context.new_page(), list[str]()
        page.on("pageerror", _noting(failed))
        for name in names:
            page.goto(f"{site}/{lang}/{name}.html")
            told += complaints(page) + failed
            if page.evaluate("getComputedStyle(document.body).lineHeight") == "normal":
                told.append(f"{page.url} lacks its style")
        context.close()
    assert told == []
