"""The catalogue of what is published, for people: by topic and aggregate, each field in words.

One structure, from which `CATALOGUE.md` and the page of the running services are written.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import TypeAdapter

from services.contracts.declared import Declaration, description_of, summary_of
from services.contracts.event import State
from services.contracts.examples import Record, records
from services.contracts.instances import resolved, values_of_map
from services.contracts.marks import Masked
from services.contracts.schemas import Schema, public_schema
from services.contracts.topics import TOPICS, Topic

Language = Literal["zh", "en"]

_MASKED = TypeAdapter(Masked).json_schema()["description"]


@dataclass(frozen=True, slots=True)
class FieldEntry:
    """A public field. `required`: each record has it."""

    name: str
    words: str
    required: bool
    about: str


@dataclass(frozen=True, slots=True)
class TypeEntry:
    """An event or a state. `kept` are the fields that stay in the service."""

    type: str
    title: str
    summary: str
    about: str
    fields: tuple[FieldEntry, ...]
    kept: tuple[str, ...]
    example: Record


@dataclass(frozen=True, slots=True)
class AggregateEntry:
    """An aggregate: its state, where it shows one, and its facts."""

    name: str
    state: TypeEntry | None
    facts: tuple[TypeEntry, ...]


@dataclass(frozen=True, slots=True)
class Chapter:
    """A topic and what is on it."""

    topic: Topic
    aggregates: tuple[AggregateEntry, ...]


def chapters(
    models: Sequence[Declaration], topics: Sequence[Topic] = TOPICS, language: Language = "en"
) -> list[Chapter]:
    """The catalogue of `topics`."""
    return [Chapter(topic, tuple(_aggregates(topic, models, language))) for topic in topics]


def _aggregates(topic: Topic, models: Sequence[Declaration], language: Language) -> Iterator[AggregateEntry]:
    mine = [model for model in models if model.topic == topic]
    for name in sorted({model.aggregate_name() for model in mine}):
        these = [model for model in mine if model.aggregate_name() == name]
        states = [_entry(model, language) for model in these if issubclass(model, State)]
        facts = [_entry(model, language) for model in these if not issubclass(model, State)]
        yield AggregateEntry(name, states[0] if states else None, tuple(facts))


def _entry(model: Declaration, language: Language) -> TypeEntry:
    schema = public_schema(model)
    return TypeEntry(
        type=model.type,
        title=model.__name__,
        summary=summary_of(model),
        about=description_of(model),
        fields=tuple(
            FieldEntry(name, in_words(field, schema, language), name in schema["required"], _about(field))
            for name, field in schema["properties"].items()
        ),
        kept=tuple(name for name in model.model_fields if name in model.internal_fields),
        example=records(model)[0],
    )


def _about(field: Schema) -> str:
    """The sentence below a field; the description of its type, the same everywhere, is left out."""
    about = str(field.get("description", ""))
    return "" if about == _MASKED else about


_WORDS: dict[str, tuple[str, str]] = {
    "Id": ("标识", "id"),
    "Code": ("代码", "code"),
    "Masked": ("文字（已脱敏）", "text, masked"),
    "date-time": ("时刻（UTC）", "moment, UTC"),
    "date": ("日期", "date"),
    "time": ("钟点", "time of day"),
    "duration": ("时长", "duration"),
    "uuid": ("标识", "id"),
    "boolean": ("是/否", "yes or no"),
    "integer": ("整数", "whole number"),
    "number": ("数", "number"),
    "null": ("空", "null"),
    "or": (" 或 ", " or "),
    "list": ("{} 的列表", "list of {}"),
    "map": ("{} 的表", "map to {}"),
}


def in_words(field: Schema, root: Schema, language: Language) -> str:
    """A field's values, in words."""
    field = resolved(field, root)
    if "const" in field:
        return f"`{field['const']}`"
    if "enum" in field:
        return " · ".join(f"`{value}`" for value in field["enum"])
    for options in ("anyOf", "oneOf"):
        if options in field:
            return _say("or", language).join(in_words(option, root, language) for option in field[options])
    match field.get("type"):
        case "array":
            return _say("list", language).format(in_words(field.get("items", {}), root, language))
        case "object" if "properties" in field:
            inner = "; ".join(f"{name}: {in_words(f, root, language)}" for name, f in field["properties"].items())
            return f"{{{inner}}}"
        case "object":
            return _say("map", language).format(in_words(values_of_map(field), root, language))
        case kind:
            return _say(field.get("format") or field.get("title") or str(kind), language) + _limits(field)


def _limits(field: Schema) -> str:
    lowest, highest = field.get("minimum"), field.get("maximum")
    if lowest is None and highest is None:
        return ""
    return f" {'' if lowest is None else lowest}–{'' if highest is None else highest}"


def _say(word: str, language: Language) -> str:
    both = _WORDS.get(word)
    return word if both is None else both[0 if language == "zh" else 1]


_PREFACE = """# Catalogue of events

Made by `python -m services.contracts generate`; don't edit. How to subscribe: [README.md](README.md).
The same in full: [asyncapi.json](asyncapi.json), [schemas/](schemas), [examples/](examples).

**Folding rule.** A field that a fact carries replaces the field of the same name in the state of its aggregate; a
field that it doesn't carry stays. Whoever starts from `.state` and goes on with the facts has the state that all the
facts make.

Fields with `?` may be absent. A state always carries all its fields. What is *kept* stays in the service's journal.
"""


def markdown(models: Sequence[Declaration]) -> str:
    """`CATALOGUE.md`."""
    lines = [_PREFACE]
    for chapter in chapters(models):
        topic = chapter.topic
        lines += [f"## {topic.name}", "", f"{topic.about} {topic.about_zh}", ""]
        lines += [f"Published by `{topic.service}`, with `{topic.state}` and `{topic.dead_letters}`.", ""]
        for aggregate in chapter.aggregates:
            lines += [f"### {aggregate.name}", ""]
            entries = (aggregate.state, *aggregate.facts) if aggregate.state else aggregate.facts
            for entry in entries:
                lines += _type_lines(entry)
    return "\n".join(lines).rstrip() + "\n"


def _type_lines(entry: TypeEntry) -> list[str]:
    lines = [f"#### `{entry.type}`", "", entry.about, ""]
    if entry.fields:
        lines += ["| field | holds | |", "|---|---|---|"]
        lines += [
            f"| `{field.name}`{'' if field.required else '?'} | {_cell(field.words)} | {_cell(field.about)} |"
            for field in entry.fields
        ]
        lines.append("")
    if entry.kept:
        lines += [f"Kept: {', '.join(entry.kept)}.", ""]
    return lines


def _cell(text: Any) -> str:
    return str(text).replace("|", "\\|")
