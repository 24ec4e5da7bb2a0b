"""Notify on a database of the test's own, with its indexes; its gateway; a mail server that misbehaves."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from aiosmtpd.smtp import SMTP

from services.chassis import mongo
from services.chassis.auth.build import verifier_of
from services.chassis.auth.development import DevelopmentIssuer
from services.chassis.http.app import create_app
from services.chassis.telemetry.metrics import Metrics
from services.notify.api import routers
from services.notify.board import router as board
from services.notify.board.gallery import Gallery
from services.notify.board.page import Page
from services.notify.settings import NotifySettings
from services.notify.store import INDEXES
from services.notify.wording import Wording
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
def settings(mongodb_url: str, database: str, tmp_path: Path) -> NotifySettings:
    return NotifySettings(
        environment="test",
        mongodb_url=mongodb_url,
        database=database,
        kafka_bootstrap="127.0.0.1:1",
        auth_development_key=tmp_path / "key.json",
        rate_limit_per_second=0,
        rate_limit_address_per_second=0,
        board_seconds=0,
    )


@pytest.fixture
async def api(house: House, settings: NotifySettings) -> AsyncIterator[Api]:
    """The gateway, with nothing beside it that relays or subscribes."""
    names = settings.names
    gallery = Gallery(house.db, house.clock, 0)
    app = create_app(
        "notify",
        "notify",
        settings,
        [
            *routers(house.notices, house.persons, Wording(names)),
            board.router(gallery, Page(names), names, "https://board.example.org", 5),
        ],
        verifier=verifier_of(settings),
        metrics=Metrics(),
    )
    api = Api(httpx.ASGITransport(app), DevelopmentIssuer(settings))
    yield api
    await api.close()


@pytest.fixture
async def mailbox() -> AsyncIterator[Mailbox]:
    """A real SMTP server."""
    mailbox = Mailbox()
    server = await asyncio.get_running_loop().create_server(lambda: SMTP(mailbox), "127.0.0.1", 0)
    mailbox.port = server.sockets[0].getsockname()[1]
    yield mailbox
    server.close()
    await server.wait_closed()
