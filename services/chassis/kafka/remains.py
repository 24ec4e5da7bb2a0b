"""Ends what is left of an aiokafka client that was stopped, or that could not be: its tasks and its connections."""

import asyncio
from collections.abc import Iterable
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

_OF_THE_COORDINATOR = ("_coordination_task", "_heartbeat_task", "_commit_refresh_task")


def clear_consumer(consumer: AIOKafkaConsumer) -> None:
    """Nothing of `consumer` runs any more once the event loop has turned."""
    tasks = [getattr(consumer._coordinator, name, None) for name in _OF_THE_COORDINATOR]
    if consumer._fetcher is not None:
        tasks += [consumer._fetcher._fetch_task, *consumer._fetcher._pending_tasks]
    _clear(consumer._client, tasks)


def clear_producer(producer: AIOKafkaProducer) -> None:
    """Nothing of `producer` runs any more once the event loop has turned."""
    _clear(producer.client, [producer._sender.sender_task])


def _clear(client: Any, tasks: Iterable["asyncio.Task[Any] | None"]) -> None:
    for task in (client._sync_task, *tasks):
        if task is not None and not task.done():
            task.cancel()
    for connection in list(client._conns.values()):
        connection.close()
