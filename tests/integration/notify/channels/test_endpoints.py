"""End points of a community: sealed, never inside the house, each by itself, paused when they fail, never flooded."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from services.notify.channels.calling import Calling
from services.notify.channels.domain.endpoint import PAUSED_AFTER
from services.notify.channels.end_points import end_point_gateways
from services.notify.channels.gateways import Later, Refused
from services.notify.channels.pacing import Pacing
from services.notify.channels.sealing import Sealing
from services.notify.channels.store import ENDPOINT
from services.notify.notices.delivery import Delivery
from services.notify.notices.wording import Wording
from services.notify.settings import NotifySettings
from tests.integration import standing
from tests.integration.notify.calling import Api
from tests.integration.notify.house import House
from tests.integration.notify.receiver import Receiver, receiving
from tests.integration.notify.records import a_case
from tests.unit.notify.given import DAY, HERE, HOUR, NAMES, RESIDENT, STAFF, STAFF_ELSEWHERE


@pytest.fixture
def settings(mongodb_url: str, database: str, development_key: Path) -> NotifySettings:
    """End points on this machine may be called, as in a house of its own."""
    return standing.settings_for(
        NotifySettings,
        mongodb_url,
        database,
        development_key,
        endpoint_networks="127.0.0.0/8",
        public_url="https://board.example.org",
    )


def a_body(address: str, **more: Any) -> dict[str, Any]:
    title = {"community": HERE, "title": "区平台", "way": "webhook", "kinds": ["case-verified"]}
    return {**title, "address": address, "key": "k" * 20, **more}


def a_delivery(house: House, settings: NotifySettings, seconds: float = 2.0) -> Delivery:
    key = settings.sealing_key
    assert key is not None
    endpoints = house.aggregates(ENDPOINT)
    calling = Calling(seconds, public_only=True, inside=settings.inside)
    gateways = end_point_gateways(endpoints, Sealing(key), calling, house.clock)
    return Delivery(house.notices, house.persons, gateways, Wording(NAMES), Pacing(house.db), house.clock)


async def named(api: Api, receiver: Receiver, **more: Any) -> str:
    made = await api.call(STAFF, "POST", "/endpoints", a_body(f"{receiver.url}/hook", **more))
    assert made.status_code == 201, made.text
    return str(made.json()["id"])


async def test_each_receiver_gets_its_own_in_its_own_time(house: House, api: Api, settings: NotifySettings) -> None:
    async with (
        receiving((500, ""), (500, ""), (200, "")) as failing,
        receiving("silent") as silent,
        receiving((200, "")) as fine,
    ):
        for receiver in (silent, failing, fine):
            await named(api, receiver)
        await house.take(a_case())
        sender = a_delivery(house, settings, seconds=9)
        await sender.once(wait=False)
        async with asyncio.timeout(8.5):  # the silent one is waited for longer
            while not fine.asked:
                await asyncio.sleep(0.01)
        await sender.once()
        for _ in range(4):
            await a_delivery(house, settings).once()
            house.now += HOUR
        bodies = {asked.body for asked in failing.asked}
        ids = {asked.headers["x-community-delivery"] for asked in failing.asked}
        assert (len(failing.asked), len(bodies), len(ids)) == (3, 1, 1)
        assert len(fine.asked) == 1
        assert len(silent.asked) == 1, "nobody knows whether it has it, and it is not repeated"
        assert ("webhook", "uncertain") in {each[2:4] for each in await house.told(channel="webhook")}
        assert "resident-1" not in str([asked.body for asked in fine.asked])


async def test_a_failing_end_point_is_paused_shown_and_not_flooded_when_it_returns(
    house: House, api: Api, settings: NotifySettings
) -> None:
    async with receiving((500, "")) as receiver:
        id = await named(api, receiver)
        await house.take(a_case("case-0"))
        tries = []
        for _ in range(40):
            await a_delivery(house, settings).once()
            tries.append(len(receiver.asked))
            house.now += HOUR / 2
        assert tries[-1] == PAUSED_AFTER
        (seen,) = (await api.call(STAFF, "GET", "/endpoints", community=HERE)).json()["items"]
        assert (seen["status"], seen["failures"], seen["host"]) == ("paused", PAUSED_AFTER, "127.0.0.1")
        receiver.answers, receiver.asked = [(200, "")], []
        for n in range(1, 6):
            await house.take(a_case(f"case-{n}"))
        house.now += 3 * DAY
        assert (await api.call(STAFF, "POST", f"/endpoints/{id}/resume")).json()["status"] == "active"
        for _ in range(3):
            await a_delivery(house, settings).once()
            house.now += HOUR
        assert receiver.asked == []


async def test_an_end_point_that_is_full_is_not_one_that_fails(
    house: House, api: Api, settings: NotifySettings
) -> None:
    async with receiving((429, ""), headers="Retry-After: 60\r\n") as receiver:
        unsigned = await api.call(STAFF, "POST", "/endpoints", a_body(receiver.url, key=None))
        assert (unsigned.status_code, unsigned.json()["code"]) == (422, "endpoint.key-missing")
        robot = await api.call(STAFF, "POST", "/endpoints", a_body(receiver.url, way="dingtalk-robot"))
        assert (robot.status_code, robot.json()["code"]) == (422, "endpoint.address-refused")
        await named(api, receiver)
        await house.take(a_case())
        for _ in range(PAUSED_AFTER + 1):
            await a_delivery(house, settings).once()
            house.now += HOUR / 20
        (seen,) = (await api.call(STAFF, "GET", "/endpoints", community=HERE)).json()["items"]
        assert (seen["status"], seen["failures"], len(receiver.asked)) == ("active", 0, PAUSED_AFTER + 1)


async def test_address_and_key_of_an_end_point_are_sealed_and_removed_at_its_end(house: House, api: Api) -> None:
    async with receiving() as receiver:
        id = await named(api, receiver, key="a-very-secret-key")
        kept = str([document async for document in house.db["notice_endpoints"].find()])
        assert "a-very-secret-key" not in kept
        assert "/hook" not in kept
        for by in (RESIDENT, STAFF_ELSEWHERE):
            assert (await api.call(by, "POST", "/endpoints", a_body(receiver.url))).status_code == 403
            assert (await api.call(by, "POST", f"/endpoints/{id}/end")).status_code in (403, 404)
        assert (await api.call(STAFF, "POST", f"/endpoints/{id}/end")).json()["status"] == "ended"
        again = await api.call(STAFF, "POST", f"/endpoints/{id}/resume")
        assert (again.status_code, again.json()["code"]) == (409, "endpoint.ended")
        misspelt = await api.call(STAFF, "POST", "/endpoints", a_body(receiver.url, kinds=["case-verfied"]))
        assert (misspelt.status_code, misspelt.json()["code"]) == (422, "endpoint.unknown-kind")
        await house.take(a_case())
        assert await house.told(channel="webhook") == []


@pytest.mark.parametrize(
    "address",
    [
        "http://[::ffff:10.0.0.1]/",
        "http://167772161/",
        "http://0xa.1/",
        "http://0/",
        "http://[::]/",
        "http://169.254.169.254/",
        "http://100.64.0.1/",
        "http://[fd00::1]/",
        "http://user@10.0.0.5/",
        "file:///etc/passwd",
        "gopher://example.org/",
        "https://board.example.org/hook",
        "https://BOARD.example.org./hook",
        "http://localhost/",
        "http://intranet/",
        "http://[::1",
        "http://example.org:99999/",
    ],
)
async def test_private_addresses_are_refused_when_they_are_saved(api: Api, address: str) -> None:
    refused = await api.call(STAFF, "POST", "/endpoints", a_body(address))
    assert (refused.status_code, refused.json()["code"]) == (422, "endpoint.address-refused")


async def test_a_name_with_a_private_address_is_refused_when_it_is_called() -> None:
    async with receiving() as receiver:
        calling = Calling(0.5, public_only=True)
        at = f"http://localhost:{receiver.port}/"
        assert await calling.post(at, b"", {}) == Refused("address")
        assert await calling.post("http://no-such-host.invalid/", b"", {}) == Later()
        assert receiver.asked == []
