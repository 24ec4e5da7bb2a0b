"""Notify on a database of the test's own: its rooms, its gateway alone, and a mail server that misbehaves."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiosmtpd.smtp import SMTP

from services.chassis.auth.development import DevelopmentIssuer
from services.notify.app import service
from services.notify.settings import NotifySettings
from tests.integration import standing
from tests.integration.notify.calling import Api
from tests.integration.notify.house import House, a_house
from tests.integration.notify.mailbox import Mailbox


@pytest.fixture
def settings(mongodb_url: str, database: str, development_key: Path) -> NotifySettings:
    """Mail is set up, though no sender runs."""
    return standing.settings_for(
        NotifySettings,
        mongodb_url,
        database,
        development_key,
        board_seconds=0,
        communities={"sunshine": {"zh": "阳光社区", "en": "Sunshine Community"}},
        public_url="https://board.example.org",
        smtp_host="127.0.0.1",
        smtp_sender="board@example.org",
    )


@pytest.fixture
async def house(settings: NotifySettings) -> AsyncIterator[House]:
    async with a_house(settings) as house:
        yield house


@pytest.fixture
async def api(house: House, settings: NotifySettings) -> AsyncIterator[Api]:
    """The gateway, with nothing beside it that relays or subscribes."""
    gateway = standing.gateway(service, settings, standing.routers(house.rooms))
    async with Api(gateway, DevelopmentIssuer(settings), "notify") as api:
        yield api


@pytest.fixture
async def mailbox() -> AsyncIterator[Mailbox]:
    """A real SMTP server."""
    mailbox = Mailbox()
    server = await asyncio.get_running_loop().create_server(lambda: SMTP(mailbox), "127.0.0.1", 0)
    mailbox.port = server.sockets[0].getsockname()[1]
    yield mailbox
    server.close()
    await server.wait_closed()
