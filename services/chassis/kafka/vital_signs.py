"""Tells whether the background tasks of an aiokafka client still run. A task may die by an unforeseen error, and the
client then waits for it for ever, without a word.
"""

import asyncio
from collections.abc import Mapping
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer


def of_consumer(consumer: AIOKafkaConsumer) -> str | None:
    """The name of the task of a started consumer that has died; None while all live."""
    coordinator, fetcher = consumer._coordinator, consumer._fetcher
    found = _first_dead(
        {
            "metadata": consumer._client._sync_task,
            "coordination": getattr(coordinator, "_coordination_task", None),
            "fetching": getattr(fetcher, "_fetch_task", None),
        }
    )
    return found or _failed("heartbeat", getattr(coordinator, "_heartbeat_task", None))


def of_producer(producer: AIOKafkaProducer) -> str | None:
    """The name of the task of a started producer that has died; None while all live."""
    return _first_dead({"metadata": producer.client._sync_task, "sending": producer._sender.sender_task})


def _first_dead(tasks: Mapping[str, "asyncio.Task[Any] | None"]) -> str | None:
    return next((_told(name, task) for name, task in tasks.items() if task is not None and task.done()), None)


def _failed(name: str, task: "asyncio.Task[Any] | None") -> str | None:
    """`name` with the error by which `task` has ended; None where it runs, ended well or was cancelled."""
    if task is None or not task.done() or task.cancelled() or task.exception() is None:
        return None
    return _told(name, task)


def _told(name: str, task: "asyncio.Task[Any]") -> str:
    error = None if task.cancelled() else task.exception()
    return f"its {name} has ended" if error is None else f"its {name} has ended by {type(error).__name__}"
