"""The AsyncAPI 3.0 document of everything that is published.

FastStream's generator makes what it can from one publisher per topic and type: servers, addresses, operations, messages
with their payloads. It knows no headers, no keys, no examples and one message a channel; these come from the same
declarations. Every part stands in a fixed order, so that the document changes only with the declarations.
"""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from faststream.kafka import KafkaBroker
from faststream.specification import AsyncAPI
from pydantic import BaseModel

from services.contracts.declared import Declaration, channel_of, description_of, summary_of
from services.contracts.envelope import CONTENT_TYPE, SCHEMA, SOURCE
from services.contracts.event import State
from services.contracts.examples import records
from services.contracts.schemas import Schema, public_schema
from services.contracts.topics import TOPICS, Topic, configurations

_TITLE = "Sunshine Community (阳光社区)"
_ABOUT = (
    "What happens in a community, as facts on Kafka. CloudEvents 1.0 in binary mode: attributes are `ce_` headers, "
    "the value is JSON, the key is the aggregate's id. No record has personal data; people are opaque ids. "
    "Facts of one aggregate come in order and at least once: drop a `ce_sequence` not above the last one taken. "
    "A field in a fact replaces the field of the same name in the state of its aggregate."
)
_BINDING = "0.5.0"
_ENVELOPE = "envelope"
_DEAD_LETTER = "dead-letter"
_TOMBSTONE = "tombstone"


def document(models: Sequence[Declaration], topics: Sequence[Topic] = TOPICS) -> dict[str, Any]:
    """The AsyncAPI document of all topics."""
    generated = _generated(models)
    schemas = {name: generated["components"]["schemas"][name] for name in sorted(generated["components"]["schemas"])}
    for model in models:
        schemas[model.type]["title"] = model.__name__
    return {
        "asyncapi": generated["asyncapi"],
        "id": "urn:community:asyncapi",
        "info": {**generated["info"], "tags": [{"name": topic.service} for topic in topics]},
        "defaultContentType": CONTENT_TYPE,
        "servers": {"kafka": generated["servers"]["development"]},
        "channels": _joined(_channels(topic, models, generated) for topic in topics),
        "operations": _joined(_operations(topic, models, generated) for topic in topics),
        "components": {
            "schemas": schemas | {_ENVELOPE: _envelope(), _DEAD_LETTER: _dead_letter_headers()},
            "messages": {model.type: _message(model, generated) for model in models}
            | {_TOMBSTONE: _tombstone(), _DEAD_LETTER: _dead_letter()},
        },
    }


def _joined(parts: Iterable[dict[str, Any]]) -> dict[str, Any]:
    return {name: part for each in parts for name, part in each.items()}


# what FastStream makes


def _generated(models: Iterable[Declaration]) -> dict[str, Any]:
    broker = KafkaBroker(
        "kafka:9092", protocol="kafka", description="The cluster's address is a deployment's own (KAFKA_BOOTSTRAP)."
    )
    for model in models:
        broker.publisher(channel_of(model), title=model.type, description=summary_of(model), schema=_payload(model))
    specification = AsyncAPI(broker, title=_TITLE, version="1.0.0", description=_ABOUT, schema_version="3.0.0")
    made: dict[str, Any] = json.loads(specification.to_specification().to_json())
    return made


def _payload(model: Declaration) -> type[BaseModel]:
    """A model whose schema is the public one, under names that no other service has."""
    schema = _renamed(public_schema(model), model.topic.service)
    schema = {name: part for name, part in schema.items() if name not in {"$schema", "$id"}} | {"title": model.type}

    class Payload(BaseModel):
        @classmethod
        def model_json_schema(cls, *_: Any, **__: Any) -> Schema:
            copied: Schema = json.loads(json.dumps(schema))
            return copied

    return Payload


def _renamed(part: Any, service: str) -> Any:
    """`part` with the service put before the names of its definitions."""
    if isinstance(part, list):
        return [_renamed(item, service) for item in part]
    if not isinstance(part, dict):
        return part
    renamed = {name: _renamed(value, service) for name, value in part.items()}
    if isinstance(renamed.get("$ref"), str):
        renamed["$ref"] = renamed["$ref"].replace("#/$defs/", f"#/$defs/{service}.")
    if "$defs" in renamed:
        renamed["$defs"] = {f"{service}.{name}": schema for name, schema in renamed["$defs"].items()}
    return renamed


# what the declarations add


def _channels(topic: Topic, models: Iterable[Declaration], generated: dict[str, Any]) -> dict[str, Any]:
    facts = [model.type for model in models if model.topic == topic and not issubclass(model, State)]
    states = [model.type for model in models if model.topic == topic and issubclass(model, State)]
    about = {
        topic.name: (f"Facts. {topic.about}", topic.about_zh, facts),
        topic.state: (
            f"The latest public state of each aggregate of {topic.name}; read it first, then go on with the facts.",
            "每个聚合的最新公开状态；先读它，再接着读事实。",
            [*states, _TOMBSTONE],
        ),
        topic.dead_letters: (
            f"Records of {topic.name} and its states that a consumer could not take, with the reason.",
            "消费者无法处理的记录及其原因。",
            [_DEAD_LETTER],
        ),
    }
    return {
        name: _channel(name, *about[name], configuration, generated)
        for name, configuration in configurations(topic).items()
    }


def _channel(
    name: str, about: str, title: str, messages: list[str], configuration: dict[str, str], generated: dict[str, Any]
) -> dict[str, Any]:
    made: dict[str, Any] = next((c for key, c in generated["channels"].items() if key in messages), {"address": name})
    binding = made.get("bindings", {}).get("kafka", {}) | {
        "topic": name,
        "topicConfiguration": _topic_configuration(configuration),
        "bindingVersion": _BINDING,
    }
    return {
        "address": made["address"],
        "title": title,
        "description": about,
        "servers": [{"$ref": "#/servers/kafka"}],
        "messages": {message: {"$ref": f"#/components/messages/{message}"} for message in messages},
        "bindings": {"kafka": binding},
    }


def _topic_configuration(configuration: dict[str, str]) -> dict[str, Any]:
    """The part of a topic's configuration that the Kafka binding can say; the topic command sets the rest."""
    shown: dict[str, Any] = {"cleanup.policy": configuration["cleanup.policy"].split(",")}
    for name in ("retention.ms", "retention.bytes", "delete.retention.ms", "max.message.bytes"):
        if name in configuration:
            shown[name] = int(configuration[name])
    return shown


def _operations(topic: Topic, models: Iterable[Declaration], generated: dict[str, Any]) -> dict[str, Any]:
    """One operation a type that is published, as FastStream has it, and one for what only the platform adds."""
    found = {}
    for model in models:
        if model.topic == topic:
            channel = channel_of(model)
            found[f"{channel}:{model.type}"] = _operation(
                generated["operations"][model.type]["action"], channel, model.type, summary_of(model), topic.service
            )
    erased = "The aggregate was erased, or is not public any more."
    refused = "A consumer could not take a record."
    found[f"{topic.state}:{_TOMBSTONE}"] = _operation("send", topic.state, _TOMBSTONE, erased, topic.service)
    found[f"{topic.dead_letters}:{_DEAD_LETTER}"] = _operation(
        "send", topic.dead_letters, _DEAD_LETTER, refused, topic.service
    )
    return found


def _operation(action: str, channel: str, message: str, summary: str, service: str) -> dict[str, Any]:
    return {
        "action": action,
        "summary": summary,
        "channel": {"$ref": f"#/channels/{channel}"},
        "messages": [{"$ref": f"#/channels/{channel}/messages/{message}"}],
        "tags": [{"name": service}],
    }


def _message(model: Declaration, generated: dict[str, Any]) -> dict[str, Any]:
    made = generated["components"]["messages"][f"{model.type}:Message"]
    consts = {
        "ce_type": {"const": model.type},
        "ce_source": {"const": SOURCE.format(service=model.topic.service)},
        "ce_dataschema": {"const": SCHEMA.format(type=model.type)},
    }
    return {
        "name": model.type,
        "title": model.__name__,
        "summary": summary_of(model),
        "description": description_of(model),
        "contentType": CONTENT_TYPE,
        "tags": [{"name": "state" if issubclass(model, State) else "fact"}, {"name": model.aggregate_name()}],
        "headers": {"type": "object", "allOf": [_schema(_ENVELOPE), {"properties": consts}]},
        "payload": made["payload"],
        "bindings": _keyed(),
        "examples": [
            {"name": record.name, "headers": record.header_texts, "payload": record.value}
            for record in records(model)
            if record.value is not None
        ],
    }


def _tombstone() -> dict[str, Any]:
    return {
        "name": _TOMBSTONE,
        "title": "Tombstone",
        "summary": "Nothing is left of the aggregate.",
        "description": "A record without a value. Forget the aggregate of this key; `ce_sequence` counts on.",
        "contentType": CONTENT_TYPE,
        "headers": {"type": "object", "allOf": [_schema(_ENVELOPE)]},
        "payload": {"type": "null"},
        "bindings": _keyed(),
    }


def _dead_letter() -> dict[str, Any]:
    return {
        "name": _DEAD_LETTER,
        "title": "DeadLetter",
        "summary": "A record that a consumer could not take, as it came.",
        "description": "Key, value and headers are those of the record, byte for byte; `dlq-` headers are added.",
        "contentType": "application/octet-stream",
        "headers": {"type": "object", "allOf": [_schema(_DEAD_LETTER)]},
        "payload": {"description": "Any bytes."},
        "bindings": {"kafka": {"bindingVersion": _BINDING}},
    }


def _keyed() -> dict[str, Any]:
    """The key, written out: the official schema of AsyncAPI takes no reference here."""
    key = {"type": "string", "maxLength": 64, "description": "The id of the aggregate."}
    return {"kafka": {"key": key, "bindingVersion": _BINDING}}


def _schema(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def _envelope() -> Schema:
    texts = {
        "ce_specversion": {"const": "1.0"},
        "ce_id": {"description": "Unique for each record that is not a repetition."},
        "ce_type": {"description": "What happened, or whose state it is, and the version of its schema."},
        "ce_source": {"description": "The service that publishes."},
        "ce_subject": {"description": "Kind and id of the aggregate, as in `case/case-1`."},
        "ce_time": {"format": "date-time", "description": "When it happened, UTC."},
        "ce_dataschema": {"description": "The `$id` of the schema of the value."},
        "ce_sequence": {
            "pattern": "^[1-9][0-9]{0,18}$",
            "description": "The aggregate's version after it. It grows, with gaps where an event stays in the service.",
        },
        "ce_partitionkey": {"description": "The id of the aggregate; the same as the record's key."},
        "ce_community": {"description": "The community that it belongs to."},
        "content-type": {"const": CONTENT_TYPE},
        "ce_causationid": {"description": "The `ce_id` of the event that it follows from."},
        "ce_traceparent": {"description": "W3C Trace Context."},
    }
    optional = {"ce_causationid", "ce_traceparent"}
    return {
        "title": "Envelope",
        "description": "CloudEvents 1.0 attributes as record headers, UTF-8.",
        "type": "object",
        "properties": {name: {"type": "string", **about} for name, about in texts.items()},
        "required": [name for name in texts if name not in optional],
    }


def _dead_letter_headers() -> Schema:
    texts = {
        "dlq-topic": "The topic it came from.",
        "dlq-partition": "The partition it came from.",
        "dlq-offset": "Its offset there.",
        "dlq-consumer": "The consumer group that could not take it.",
        "dlq-reason": "A stable code.",
        "dlq-detail": "A sentence for the operator, without personal data.",
        "dlq-time": "When it was given up.",
    }
    return {
        "title": "DeadLetterHeaders",
        "type": "object",
        "properties": {name: {"type": "string", "description": about} for name, about in texts.items()},
        "required": list(texts),
    }
