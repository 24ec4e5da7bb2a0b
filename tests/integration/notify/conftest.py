"""Notify on a database of the test's own, with its indexes; its gateway; a mail server that misbehaves."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiosmtpd.smtp import SMTP

from services.chassis.auth.development import DevelopmentIssuer
from services.chassis.store import mongo
from services.notify.app import service
from services.notify.board import api as board
from services.notify.board.gallery import Gallery
from services.notify.board.page import Page
from services.notify.notices.api import routers
from services.notify.notices.store import INDEXES
from services.notify.notices.wording import Wording
from services.notify.persons.belonging import Memberships
from services.notify.settings import NotifySettings
from tests.integration import standing
from tests.integration.notify.calling import Api
from tests.integration.notify.mailbox import Mailbox
from tests.integration.notify.world import House


@pytest.fixture
async def db(mongodb_url: str, database: str) -> AsyncIterator[mongo.Database]:
    client = mongo.connect(mongodb_url, application="notify-tests")
    yield mongo.database(client, database)
    client.close()


@pytest.fixture
async def house(db: mongo.Database) -> House:
    for collection, models in INDEXES.items():
        await db[collection].create_indexes(list(models))
    return House(db)


@pytest.fixture
def settings(mongodb_url: str, database: str, development_key: Path) -> NotifySettings:
    communities = {"sunshine": {"zh": "阳光社区", "en": "Sunshine Community"}}
    return standing.settings_for(
        NotifySettings, mongodb_url, database, development_key, board_seconds=0, communities=communities
    )


@pytest.fixture
async def api(house: House, settings: NotifySettings) -> AsyncIterator[Api]:
    """The gateway, with nothing beside it that relays or subscribes."""
    names = settings.names
    gallery = Gallery(house.db, house.clock, 0)
    pages = board.router(gallery, Page(names), names, "https://board.example.org", 5)
    gateway = [*routers(house.notices, house.persons, Memberships(house.db), Wording(names)), pages]
    async with Api(standing.gateway(service, settings, gateway), DevelopmentIssuer(settings), "notify") as api:
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
