"""An example of each record as it stands on its topic: key, headers and value, the same at every generation."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from services.contracts.declared import Declaration, channel_of
from services.contracts.envelope import SOURCE, Envelope, Headers, to_headers
from services.contracts.event import State
from services.contracts.instances import MOMENT, full, least
from services.contracts.schemas import public_schema


class UnfitExample(ValueError):
    """A declaration refuses the example made from its own schema; give the field it names `examples=[...]`."""


@dataclass(frozen=True, slots=True)
class Record:
    """A Kafka record. A `value` of None is a tombstone."""

    name: str
    topic: str
    envelope: Envelope
    value: dict[str, Any] | None

    @property
    def key(self) -> bytes:
        return self.envelope.partitionkey.encode()

    @property
    def headers(self) -> Headers:
        return to_headers(self.envelope)

    @property
    def header_texts(self) -> dict[str, str]:
        return {name: value.decode() for name, value in self.headers}

    def as_json(self) -> dict[str, Any]:
        """The fixture's entry."""
        return {
            "name": self.name,
            "topic": self.topic,
            "key": self.envelope.partitionkey,
            "headers": self.header_texts,
            "value": self.value,
        }


def records(model: Declaration) -> list[Record]:
    """A record with every field, one with the required fields alone where it differs, and a state's tombstone.

    Raises:
        UnfitExample: the model has a rule that its schema doesn't show.
    """
    schema = public_schema(model)
    values: dict[str, dict[str, Any] | None] = {"full": full(schema)}
    if not issubclass(model, State) and least(schema) != values["full"]:
        values["least"] = least(schema)
    for value in values.values():
        _check(model, value)
    if issubclass(model, State):
        values["erased"] = None
    return [
        Record(name, channel_of(model), _envelope(model, sequence), value)
        for sequence, (name, value) in enumerate(values.items(), 1)
    ]


def _check(model: Declaration, value: dict[str, Any] | None) -> None:
    try:
        read = model.published().model_validate(value)
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(map(str, first["loc"])) or "it"
        raise UnfitExample(
            f"{model.type}: {field} refuses its own example ({first['msg']}); give it examples."
        ) from error
    if read.model_dump(mode="json", include=read.model_fields_set) != value:
        raise UnfitExample(f"{model.type} reads its own example as something else")


def _envelope(model: Declaration, sequence: int) -> Envelope:
    aggregate = f"{model.aggregate_name()}-1"
    suffix = ".state" if issubclass(model, State) else ""
    return Envelope(
        id=f"{aggregate}.{sequence}{suffix}",
        type=model.type,
        source=SOURCE.format(service=model.topic.service),
        subject=f"{model.aggregate_name()}/{aggregate}",
        time=datetime.fromisoformat(MOMENT),
        sequence=sequence,
        partitionkey=aggregate,
        community="sunshine",
    )
