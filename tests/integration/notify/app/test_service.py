"""The whole service on real Kafka: facts and states in, notices and the board out, an erasure all the way round."""

from collections.abc import AsyncIterator, Iterable
from datetime import timedelta
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from services.chassis.auth.development import DevelopmentIssuer
from services.chassis.clock import utc_now
from services.contracts import issues as i
from services.contracts.envelope import from_headers
from services.contracts.notices import NoticeDelivered, NoticeQueued, PersonErased
from services.contracts.topics import NOTICES
from services.notify.app import service
from services.notify.settings import NotifySettings
from tests.integration.notify.board.test_board import everything
from tests.integration.notify.calling import Api
from tests.integration.notify.records import Record, a_case, fact, registered, scheduled
from tests.integration.standing import on_topics, settings_for, whole
from tests.unit.notify.given import HERE, RESIDENT
from tests.waiting import eventually


@pytest.fixture
def settings(
    mongodb_url: str, kafka_bootstrap: str, database: str, topic_prefix: str, development_key: Path
) -> NotifySettings:
    more = {"board_seconds": 0, "delivery_seconds": 0.1}
    settings = settings_for(NotifySettings, mongodb_url, database, development_key, **more)
    return on_topics(settings, kafka_bootstrap, topic_prefix)


@pytest.fixture
async def api(settings: NotifySettings) -> AsyncIterator[Api]:
    async with whole(service, settings) as transport, Api(transport, DevelopmentIssuer(settings), "notify") as api:
        yield api


async def publish(settings: NotifySettings, records: Iterable[Record]) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=settings.kafka_bootstrap, acks="all")
    await producer.start()
    try:
        for record in records:
            topic = settings.kafka_topic_prefix + record.topic
            await producer.send_and_wait(topic, record.value, record.key, headers=record.headers)
    finally:
        await producer.stop()


async def published(settings: NotifySettings) -> list[str]:
    """Types of what this service has published, in order."""
    consumer = AIOKafkaConsumer(
        settings.kafka_topic_prefix + NOTICES.name,
        bootstrap_servers=settings.kafka_bootstrap,
        auto_offset_reset="earliest",
        group_id=None,
    )
    await consumer.start()
    try:
        ends = await consumer.end_offsets(list(consumer.assignment()))
        types = []
        for partition, end in ends.items():
            while await consumer.position(partition) < end:
                for record in (await consumer.getmany(partition, timeout_ms=200)).get(partition, []):
                    types.append(from_headers(record.headers, record.key).type)
        return types
    finally:
        await consumer.stop()


async def test_facts_become_notices_and_figures_on_the_board(settings: NotifySettings, api: Api) -> None:
    async def inbox() -> set[str]:
        answer = await api.call(RESIDENT, "GET", "/me/notices")
        return {item["kind"] for item in answer.json()["items"]} if answer.status_code == 200 else set()

    starts = utc_now() + timedelta(hours=2)
    facts = [*a_case(), scheduled(starts), registered("resident-1", 2, starts)]
    await publish(settings, [*_now(facts), *everything()])

    async def told() -> bool:
        return await inbox() == {"case-dispatched", "case-verified", "registration-confirmed"}

    await eventually(told, within=60)

    async def shown() -> bool:
        answer = await api.call(None, "GET", "/api/notify/v1/board/sunshine")
        return answer.status_code == 200 and answer.json()["findings"]["put_right"] == 11

    await eventually(shown, within=60)
    assert "建老年食堂" in (await api.call(None, "GET", "/")).text

    async def relayed() -> bool:
        types = await published(settings)
        return types.count(NoticeDelivered.type) == 3 and types.count(NoticeQueued.type) == 6

    await eventually(relayed, within=60)


async def test_an_erasure_goes_out_comes_back_and_waits_for_the_others(settings: NotifySettings, api: Api) -> None:
    asked = await api.call(RESIDENT, "POST", "/me/erasure", {"community": HERE})
    assert asked.status_code == 201

    async def answers() -> list[str]:
        return list((await api.call(RESIDENT, "GET", "/me")).json()["answers"])

    async def own_answer() -> bool:
        return await answers() == ["notify"]

    await eventually(own_answer, within=60)
    await publish(settings, _now([fact(i.PersonDataErased(person="resident-1", request="r-1"), "answer-1", 1)]))

    async def two_answers() -> bool:
        return await answers() == ["issues", "notify"]

    await eventually(two_answers, within=60)
    assert PersonErased.type not in await published(settings)


def _now(records: Iterable[Record]) -> list[Record]:
    """The records as of now: a notice that is too old is not sent."""
    time = utc_now().isoformat(timespec="milliseconds").replace("+00:00", "Z").encode()
    return [
        Record(r.topic, r.key, r.value, [(name, time if name == "ce_time" else value) for name, value in r.headers])
        for r in records
    ]
