"""Whether a server on the loopback interface serves; for MongoDB also the steps that its first start needs."""

import socket
import struct
from collections.abc import Callable
from typing import Any

from pymongo import MongoClient
from pymongo.errors import OperationFailure, PyMongoError

REPLICA_SET = "rs0"

_NOT_YET_INITIALIZED = 94
_METADATA = 3
_METADATA_VERSION = 4


def mongodb_serves(port: int) -> bool:
    """Whether it is primary. A replica set that doesn't exist yet, or stands under another port, is put right."""
    try:
        with MongoClient[dict[str, Any]](
            "127.0.0.1", port, directConnection=True, serverSelectionTimeoutMS=1000, timeoutMS=5000
        ) as client:
            return _is_primary(client.admin.command, f"127.0.0.1:{port}")
    except PyMongoError:
        return False


def mongodb_answers(port: int) -> bool:
    """Whether it answers, as a member of a set that has a primary, or not yet, or not any more."""
    try:
        with MongoClient[dict[str, Any]](
            "127.0.0.1", port, directConnection=True, serverSelectionTimeoutMS=1000, timeoutMS=5000
        ) as client:
            client.admin.command("ping")
    except PyMongoError:
        return False
    return True


def _is_primary(command: Callable[..., dict[str, Any]], address: str) -> bool:
    if command("hello").get("isWritablePrimary"):
        return True
    member = {"_id": 0, "host": address}
    try:
        config = command("replSetGetConfig")["config"]
    except OperationFailure as error:
        if error.code == _NOT_YET_INITIALIZED:
            command("replSetInitiate", {"_id": REPLICA_SET, "members": [member]})
        return False
    if [known["host"] for known in config["members"]] != [address]:
        config["members"] = [{**config["members"][0], **member}]
        config["version"] += 1
        command("replSetReconfig", config, force=True)
    return False


def kafka_serves(port: int) -> bool:
    """Whether the broker knows a broker: none before it is registered and unfenced itself."""
    try:
        return _brokers(port) > 0
    except (OSError, struct.error):
        return False


def _brokers(port: int) -> int:
    client = b"ready"
    header = struct.pack(f">hhih{len(client)}s", _METADATA, _METADATA_VERSION, 1, len(client), client)
    request = header + struct.pack(">i?", 0, False)
    with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        connection.sendall(struct.pack(">i", len(request)) + request)
        with connection.makefile("rb") as answer:
            (size,) = struct.unpack(">i", answer.read(4))
            _, _, brokers = struct.unpack_from(">iii", answer.read(size))
    return int(brokers)
