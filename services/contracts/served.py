"""The checked-in AsyncAPI document as one service of one deployment serves it."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from services.contracts.schemas import Schema, references
from services.contracts.topics import TOPICS, configurations

DOCUMENT = Path(__file__).with_name("asyncapi.json")


@cache
def _whole() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(DOCUMENT.read_text(encoding="utf-8"))
    return loaded


def asyncapi(service: str | None = None, prefix: str = "") -> dict[str, Any]:
    """The document of what `service` publishes (None: of all services), under the topic names of a deployment."""
    whole = _whole()
    names = {name for topic in TOPICS if service in (None, topic.service) for name in configurations(topic)}
    channels = {name: channel for name, channel in whole["channels"].items() if name in names}
    messages = {name: whole["components"]["messages"][name] for c in channels.values() for name in c["messages"]}
    return whole | {
        "id": whole["id"] if service is None else f"{whole['id']}:{service}",
        "info": whole["info"] | {"tags": [tag for tag in whole["info"]["tags"] if service in (None, tag["name"])]},
        "channels": {name: _addressed(channel, prefix) for name, channel in channels.items()},
        "operations": {name: order for name, order in whole["operations"].items() if name.split(":")[0] in names},
        "components": {"schemas": _reached(whole["components"]["schemas"], messages), "messages": messages},
    }


def _addressed(channel: dict[str, Any], prefix: str) -> dict[str, Any]:
    address = prefix + channel["address"]
    return channel | {"address": address, "bindings": {"kafka": channel["bindings"]["kafka"] | {"topic": address}}}


def _reached(schemas: dict[str, Schema], messages: dict[str, Any]) -> dict[str, Schema]:
    reached: set[str] = set()
    waiting = list(references(messages))
    while waiting:
        name = waiting.pop()
        if name in schemas and name not in reached:
            reached.add(name)
            waiting += references(schemas[name])
    return {name: schema for name, schema in schemas.items() if name in reached}
