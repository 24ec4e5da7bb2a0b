"""Ends the tasks and connections that an aiokafka client leaves behind when it was stopped or could not be stopped."""

import asyncio
from collections.abc import Iterable
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

_OF_THE_COORDINATOR = ("_coordination_task", "_heartbeat_task", "_commit_refresh_task")


def clear_consumer(consumer: AIOKafkaConsumer) -> None:
    """Cancel every task of `consumer`; they have ended after the next turn of the event loop."""
    tasks = [getattr(consumer._coordinator, name, None) for name in _OF_THE_COORDINATOR]
    if consumer._fetcher is not None:
        tasks += [consumer._fetcher._fetch_task, *consumer._fetcher._pending_tasks]
    _clear(consumer._client, tasks)


def clear_producer(producer: AIOKafkaProducer) -> None:
    """Cancel every task of `producer`; they have ended after the next turn of the event loop."""
    _clear(producer.client, [producer._sender.sender_task])


def _clear(client: Any, tasks: Iterable["asyncio.Task[Any] | None"]) -> None:
    for task in (client._sync_task, *tasks):
        if task is not None and not task.done():
            task.cancel()
    for connection in list(client._conns.values()):
        connection.close()
