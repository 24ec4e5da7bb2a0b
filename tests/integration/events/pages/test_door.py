"""The door on a phone: without a connection nothing is lost and nobody is shown as there; later all is sent once."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import uvicorn
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import async_playwright, expect

from services.chassis.auth.development import DevelopmentIssuer
from services.chassis.principal import Role
from services.events.app import service
from services.events.settings import EventsSettings
from tests.contract.strangers import WCAG
from tests.integration import standing
from tests.integration.calling import Caller, Hand
from tests.integration.events.calling import an_activity
from tests.integration.standing import Opened
from tests.unit.events.given import HOME, MINUTE, STAFF, START, resident


@asynccontextmanager
async def listening(app: Any) -> AsyncIterator[str]:
    """The address at which `app` answers."""
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="error", lifespan="off"))
    serving = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    try:
        _, port = server.servers[0].sockets[0].getsockname()
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        await serving


async def test_a_phone_sees_people_in_without_a_connection_and_sends_it_once(
    api: Caller,
    hand: Hand,
    settings: EventsSettings,
    standing_service: Opened[EventsSettings],
    chromium: Path,
) -> None:
    path = f"/activities/{(await api.ok(STAFF, '/activities', an_activity()))['id']}"
    await api.ok(resident(1), f"{path}/registrations", {"party": 2})
    await api.ok(STAFF, f"{path}/registrations", {"person": "guest-1", "label": "王阿姨"})
    hand.now = START + 5 * MINUTE
    code = (await api.get(resident(1), f"{path}/my-code")).json()["text"]
    token = DevelopmentIssuer(settings).mint(STAFF.sub, [Role.STAFF], [HOME])
    app = standing.gateway(service, settings, standing.routers(standing_service.rooms)).app
    async with listening(app) as url, async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        context = await browser.new_context(viewport={"width": 390, "height": 844})
        page, failed = await context.new_page(), list[str]()
        page.on("pageerror", lambda error: failed.append(str(error)))
        await page.clock.set_fixed_time(START + 4 * MINUTE)
        await page.goto(f"{url}/calendar/{HOME}{path.removeprefix('/activities')}/door#token={token}")
        rows = page.locator("#rows li")
        await expect(rows).to_have_count(2)
        assert token not in page.url
        await page.evaluate("navigator.serviceWorker.ready.then(() => true)")
        await context.set_offline(True)
        await page.get_by_role("button", name="到了 王阿姨").click()
        await page.get_by_label("签到码").fill(code)
        await page.get_by_role("button", name="签到", exact=True).click()
        await expect(page.locator("#notice")).to_contain_text("没有网络")
        await page.reload()
        await expect(page.locator("#rows .chip")).to_have_text(["待上传", "待上传"])
        await expect(page.locator("#counts")).to_contain_text("已到 0 / 3 人，2 条")
        # Chromium's "offline" lets a request slip through now and then: the page hears no answer and sends it again. So
        # what the roster says in between is not asked; in the end each was seen once.
        await context.set_offline(False)
        await page.evaluate("dispatchEvent(new Event('online'))")
        await expect(page.locator("#rows .chip")).to_have_text(["已签到", "已签到"])
        await page.get_by_label("签到码").fill("SC1.made-up")
        await page.get_by_role("button", name="签到", exact=True).click()
        await expect(page.locator("#refused li")).to_contain_text("二维码无效")
        await expect(page.locator("#counts")).to_contain_text("已到 3 / 3 人，0 条")
        found = await Axe().run(page, options=WCAG)
        await page.get_by_role("button", name="清除本机数据").click()
        await expect(page.locator("#entrance")).to_be_visible()
        assert await page.evaluate("Object.keys(localStorage).length") == 0
        await browser.close()
    assert (failed, [each["id"] for each in found.response["violations"]]) == ([], [])
    seen = (await api.get(STAFF, f"{path}/roster")).json()["presences"]
    assert sorted((each["person"], len(each["scans"])) for each in seen) == [("guest-1", 1), ("resident-1", 1)]
