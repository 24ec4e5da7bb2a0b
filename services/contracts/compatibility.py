"""Finds what a change breaks for readers of the published language, compared with its last release.

Within v1 only additions are allowed, in both directions: a new reader takes every old record (backward), and an old
reader, who ignores fields that it doesn't know, takes every new record (forward). Schemas are compared part by part,
and both readers are tried on examples and on corners of each other's schemas, for rules that a schema doesn't show.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from jsonschema import Draft202012Validator
from pydantic import ValidationError

from services.contracts.declared import Declaration, channel_of
from services.contracts.event import State
from services.contracts.examples import records
from services.contracts.instances import corners, resolved, values_of_map
from services.contracts.schemas import Schema, public_schema
from services.contracts.topics import Topic

_LIMITS = {
    "minimum": "raised",
    "exclusiveMinimum": "raised",
    "minLength": "raised",
    "minItems": "raised",
    "maximum": "lowered",
    "exclusiveMaximum": "lowered",
    "maxLength": "lowered",
    "maxItems": "lowered",
}
_FIXED = ("pattern", "format", "multipleOf", "const", "uniqueItems")


@dataclass(frozen=True, slots=True)
class Released:
    """A type as its readers know it from the last release."""

    type: str
    topic: str
    publisher: str
    folds_into: str | None
    schema: Schema
    examples: tuple[Any, ...]

    def as_json(self) -> dict[str, Any]:
        return {
            "type": self.type,
            "topic": self.topic,
            "publisher": self.publisher,
            "folds_into": self.folds_into,
            "schema": self.schema,
            "examples": list(self.examples),
        }


def released(model: Declaration) -> Released:
    """The part of a declaration that a release keeps."""
    return Released(
        type=model.type,
        topic=channel_of(model),
        publisher=model.topic.service,
        folds_into=None if issubclass(model, State) or model.state is None else model.state.type,
        schema=public_schema(model),
        examples=tuple(record.value for record in records(model) if record.value is not None),
    )


def breaks(last: Iterable[Released], models: Iterable[Declaration], topics: Iterable[Topic]) -> list[str]:
    """One sentence for each thing that a reader of the last release, or of its records, would trip over."""
    now = {model.type: model for model in models}
    names = {name for topic in topics for name in (topic.name, topic.state, topic.dead_letters)}
    found: list[str] = []
    for topic in dict.fromkeys(old.topic for old in last if old.topic not in names):
        found.append(f"{topic}: the topic is gone; its subscribers would wait for ever.")
    for old in last:
        if (model := now.get(old.type)) is None:
            found.append(f"{old.type}: the type is gone; keep its declaration, for its records stay and have readers.")
        else:
            found += _of_type(old, model)
    return found


def differing(old: Schema, new: Schema) -> list[str]:
    """What of `new` a reader of `old`, or a record of it, would trip over, by the schemas alone."""
    return list(_Comparison(old, new).objects(old, new, ""))


def _of_type(old: Released, model: Declaration) -> list[str]:
    new = released(model)
    found = [
        f"{old.type}: its {what} was {was} and is {is_}; declare a v2 beside it."
        for what, was, is_ in (
            ("topic", old.topic, new.topic),
            ("publisher", old.publisher, new.publisher),
            ("state", old.folds_into, new.folds_into),
        )
        if was != is_
    ]
    differences = differing(old.schema, new.schema)
    found += [f"{old.type}: {difference}" for difference in differences]
    if not differences:
        found += [f"{old.type}: {trouble}" for trouble in _tried(old, new, model)]
    return found


class _Comparison:
    """Walks two schemas side by side. Sentences begin with the path of the field."""

    def __init__(self, old: Schema, new: Schema) -> None:
        self._old = old
        self._new = new
        self._under_way: set[tuple[str, str]] = set()

    def objects(self, old: Schema, new: Schema, path: str) -> Iterator[str]:
        before, after = old.get("properties", {}), new.get("properties", {})
        owed_before, owed_after = set(old.get("required", ())), set(new.get("required", ()))
        for name, field in before.items():
            at = f"{path}{name}"
            if name not in after:
                yield f"{at} was removed; old readers look for it. Keep it, and stop using it."
                continue
            if name in owed_after - owed_before:
                yield f"{at} became required; old records without it can't be read."
            if name in owed_before - owed_after:
                yield f"{at} is not required any more; old readers refuse records without it."
            yield from self.fields(field, after[name], at)
        for name in after.keys() - before.keys():
            if name in owed_after:
                yield f"{path}{name} is new and required; old records don't have it. Give it a default."

    def fields(self, old: Schema, new: Schema, at: str) -> Iterator[str]:
        pair = (str(old.get("$ref")), str(new.get("$ref")))
        if "$ref" in old or "$ref" in new:
            if pair in self._under_way:
                return
            self._under_way.add(pair)
        yield from self._values(resolved(old, self._old), resolved(new, self._new), at)
        self._under_way.discard(pair)

    def _values(self, old: Schema, new: Schema, at: str) -> Iterator[str]:
        was, becomes = self._options(old, self._old), self._options(new, self._new)
        for kind in was.keys() - becomes.keys():
            yield f"{at} can't be {_say(kind)} any more; old records with it can't be read."
        for kind in becomes.keys() - was.keys():
            yield f"{at} can now be {_say(kind)}; old readers refuse it. Add a field, or declare a v2."
        for kind in was.keys() & becomes.keys():
            yield from self._same_kind(was[kind], becomes[kind], at)

    def _options(self, field: Schema, root: Schema) -> dict[str, Schema]:
        """The kinds of value a field can have; where several are models, they are told apart by title."""
        branches = list(_branches(field, root))
        several = sum(branch.get("type") == "object" for branch in branches) > 1
        return {_kind(branch, titled=several): branch for branch in branches}

    def _same_kind(self, old: Schema, new: Schema, at: str) -> Iterator[str]:
        yield from _enumeration(old, new, at)
        for name in _FIXED:
            if old.get(name) != new.get(name):
                yield f"{at} has another {name}: {old.get(name)!r} became {new.get(name)!r}."
        for name, narrowing in _LIMITS.items():
            yield from _limit(name, narrowing, old.get(name), new.get(name), at)
        if old.get("type") == "array" and ("items" in old or "items" in new):
            yield from self.fields(old.get("items", {}), new.get("items", {}), f"{at}[]")
        if old.get("type") == "object":
            yield from self.objects(old, new, f"{at}.")
            yield from self._maps(old, new, at)

    def _maps(self, old: Schema, new: Schema, at: str) -> Iterator[str]:
        for name in ("propertyNames", "patternProperties"):
            if set(old.get(name, ())) != set(new.get(name, ())):
                yield f"{at} takes other keys than before."
        if values_of_map(old) or values_of_map(new):
            yield from self.fields(values_of_map(old), values_of_map(new), f"{at}{{}}")


def _branches(field: Schema, root: Schema) -> Iterator[Schema]:
    field = resolved(field, root)
    options = field.get("anyOf") or field.get("oneOf")
    if options is None:
        yield field
    for option in options or ():
        yield from _branches(option, root)


def _kind(field: Schema, *, titled: bool) -> str:
    if "enum" in field or "const" in field:
        return "string"
    if titled and field.get("type") == "object":
        return f"object {field.get('title', '')}".strip()
    return str(field.get("type", "anything"))


def _say(kind: str) -> str:
    return {"null": "null", "anything": "anything"}.get(kind, f"a value of type {kind}")


def _enumeration(old: Schema, new: Schema, at: str) -> Iterator[str]:
    before, after = old.get("enum"), new.get("enum")
    if before is None and after is None:
        return
    if before is None or after is None:
        direction = "became a fixed list" if before is None else "is not a fixed list any more"
        yield f"{at} {direction}; readers of the other kind refuse its values."
        return
    for value in [value for value in before if value not in after]:
        yield f"{at} can't be {value!r} any more; old records with it can't be read."
    for value in [value for value in after if value not in before]:
        yield f"{at} can now be {value!r}; old readers refuse it. A vocabulary that grows is a Code."


def _limit(name: str, narrowing: str, before: Any, after: Any, at: str) -> Iterator[str]:
    if before == after:
        return
    narrower = before is None or (after is not None and (after > before) == (narrowing == "raised"))
    who = "old records beyond it can't be read" if narrower else "old readers refuse what is beyond the old one"
    yield f"{at} has another {name}: {before} became {after}; {who}."


def _tried(old: Released, new: Released, model: Declaration) -> Iterator[str]:
    reader = model.published()
    same = old.schema == new.schema  # what a schema says of its own records is no question of compatibility
    new_schema, old_schema = Draft202012Validator(new.schema), Draft202012Validator(old.schema)
    for instance in (*old.examples, *corners(old.schema)):
        try:
            reader.model_validate(instance)
        except ValidationError as error:
            first = error.errors()[0]
            yield f"an old record can't be read: {'.'.join(map(str, first['loc'])) or 'it'}: {first['msg']}."
            return
        for failure in () if same else new_schema.iter_errors(instance):
            yield f"an old record doesn't fit the new schema: {failure.json_path}: {failure.message}."
            return
    if same:
        return
    for instance in (*new.examples, *corners(new.schema)):
        for failure in old_schema.iter_errors(instance):
            yield f"an old reader refuses a new record: {failure.json_path}: {failure.message}."
            return


def from_json(content: Mapping[str, Any]) -> Released:
    """The release that was kept as JSON."""
    return Released(
        type=content["type"],
        topic=content["topic"],
        publisher=content["publisher"],
        folds_into=content["folds_into"],
        schema=content["schema"],
        examples=tuple(content["examples"]),
    )
