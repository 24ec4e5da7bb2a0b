"""Whoever opens an address that leads to nothing is told so: a browser by a page, in its reader's language."""

from tests.integration.notify.calling import Api


async def test_who_mistypes_an_address_in_a_browser_reads_so_on_a_page(api: Api) -> None:
    browser = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
    said = {"zh": ("没有这个公示栏", "没有这份公告"), "en": ("There is no such board", "There is no such announcement")}
    for lang, (board, announcement) in said.items():
        for path in ("/board/atlantis", "/board/atlantis/", "/board/阳光 社区", "/board/atlantis/screen"):
            page = await api.call(None, "GET", path, headers=browser, lang=lang)
            assert (page.status_code, board in page.text) == (404, True), path
            assert page.headers["Content-Type"] == "text/html; charset=utf-8"
        page = await api.call(None, "GET", "/board/sunshine/announcements/no one", headers=browser, lang=lang)
        assert (page.status_code, announcement in page.text) == (404, True)
    robots = await api.call(None, "GET", "/robots.txt")
    assert (robots.status_code, "Disallow: /api/" in robots.text) == (200, True)
