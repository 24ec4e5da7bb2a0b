"""Mends two faults of aiokafka, for every consumer, producer and admin client of this process.

- Batches are read by `record_batches`, which raises nothing in the middle of a fetch.
- A connection that breaks at the wrong moment is treated as a lost connection. uvloop raises a RuntimeError then, and
  the client's table of connections a KeyError. aiokafka expects neither: its background tasks would die, and callers
  would wait for them for ever.
"""

from collections.abc import Callable
from typing import Any

from aiokafka.client import AIOKafkaClient
from aiokafka.conn import AIOKafkaConnection, CloseReason
from aiokafka.consumer import fetcher
from aiokafka.errors import KafkaConnectionError, KafkaError

from services.chassis.kafka.record_batches import Batches

_REPAIRED = "_community_repaired"


def repair() -> None:
    """Mend both faults. A second call does nothing."""
    if getattr(AIOKafkaClient, _REPAIRED, False):
        return
    setattr(AIOKafkaClient, _REPAIRED, True)
    fetcher.MemoryRecords = Batches
    AIOKafkaConnection.send = _send_or_lose(AIOKafkaConnection.send)
    AIOKafkaClient.send = _ask_or_lose(AIOKafkaClient.send)


def _send_or_lose(send: Callable[..., Any]) -> Callable[..., Any]:
    def sending(connection: AIOKafkaConnection, *arguments: Any, **named: Any) -> Any:
        try:
            return send(connection, *arguments, **named)
        except KafkaError:  # a KafkaError is a RuntimeError too, and passes unchanged
            raise
        except RuntimeError as error:
            connection.close(reason=CloseReason.CONNECTION_BROKEN)
            raise KafkaConnectionError(f"connection to {connection.host}:{connection.port} lost: {error}") from error

    return sending


def _ask_or_lose(send: Callable[..., Any]) -> Callable[..., Any]:
    async def asking(client: AIOKafkaClient, node: int, *arguments: Any, **named: Any) -> Any:
        try:
            return await send(client, node, *arguments, **named)
        except KafkaError:
            raise
        except (RuntimeError, KeyError) as error:
            raise KafkaConnectionError(f"connection to node {node} lost: {type(error).__name__}") from error

    return asking
