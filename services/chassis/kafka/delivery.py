"""Prevents, as far as this machine can, that a request is delivered after the producer has given it up.

aiokafka closes a connection politely: what lies in its buffer and the kernel's is still sent, for a quarter of an hour
if need be, and a request that was given up after fifteen seconds arrives when the network is mended. Here a connection
with a request on it is closed by a reset, which throws away what was not sent; the kernel itself gives up what nobody
acknowledges, even while this process is frozen; and a killed process takes its requests with it.

A request that the broker has already taken, or that lies in the network between, can't be called back. `unanswered`
counts such requests.
"""

import os
import socket
import struct
from collections import Counter
from typing import Any
from weakref import WeakSet

from aiokafka import AIOKafkaProducer
from aiokafka.conn import AIOKafkaConnection
from aiokafka.errors import NodeNotReadyError
from aiokafka.protocol.produce import ProduceRequest

_AT_ONCE = struct.pack("ii", 1, 0)
_GIVE_UP = getattr(socket, "TCP_USER_TIMEOUT", None)


class Delivery:
    """The connections of one producer. `unanswered` counts, by topic and partition, requests that went out and had no
    answer."""

    def __init__(self, producer: AIOKafkaProducer, time_out: float, unanswered: Counter[tuple[str, int]]) -> None:
        self._unanswered = unanswered
        self._time_out = time_out
        self._known: WeakSet[AIOKafkaConnection] = WeakSet()
        self._client = producer.client
        self._connect, self._send = self._client._get_conn, self._client.send
        self._client._get_conn, self._client.send = self._connection, self._request  # aiokafka offers no hook for this

    async def _connection(self, node: Any, **options: Any) -> AIOKafkaConnection | None:
        connection = await self._connect(node, **options)
        if connection is not None and connection not in self._known and connection.connected():
            self._known.add(connection)
            _harden(connection, self._time_out)
        return connection

    async def _request(self, node: Any, request: Any, **options: Any) -> Any:
        if not isinstance(request, ProduceRequest):
            return await self._send(node, request, **options)
        if not await self._client.ready(node, **options):
            raise NodeNotReadyError(f"broker {node} is not reached")  # raised before anything is sent
        try:
            return await self._send(node, request, **options)
        except BaseException:
            self._unanswered.update(
                (topic, partition) for topic, batches in request._topics for partition, _ in batches
            )
            raise


def _harden(connection: AIOKafkaConnection, time_out: float) -> None:
    writer, close = connection._writer, connection.close
    with socket.socket(fileno=os.dup(writer.get_extra_info("socket").fileno())) as options:
        options.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE)
        if _GIVE_UP is not None:
            options.setsockopt(socket.IPPROTO_TCP, _GIVE_UP, int(time_out * 1000))

    def close_for_good(*args: Any, **reason: Any) -> Any:
        waiting = bool(connection._requests)
        closed = close(*args, **reason)
        if waiting:
            writer.transport.abort()
        return closed

    connection.close = close_for_good
