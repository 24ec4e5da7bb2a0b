"""Values: immutable models whose changed copies are checked as a new one would be, field by field."""

from collections.abc import Callable, Mapping
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, TypeAdapter


class Value(BaseModel):
    """A model that is changed by making another one. Its values are always of the types that it declares."""

    model_config = ConfigDict(frozen=True)

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """A copy with the fields in `update` changed. What was computed from the original is not in the copy.

        Only what is changed is validated, and strictly: a text is no date, a list no tuple, a word no member.

        Raises:
            TypeError: a name in `update` is no field.
            ValidationError: a value is of another type than its field.
        """
        model = type(self)
        if update:
            checks = _CHECKS[model]
            update = {name: checks[name](value, strict=True) for name, value in update.items()}
        copied = super().model_copy(update=update, deep=deep)
        held = copied.__dict__
        if len(held) > len(model.model_fields):
            for computed in held.keys() - model.model_fields.keys():
                del held[computed]
        return copied


class _ChecksOf(dict[str, Callable[..., Any]]):
    """The validators of the fields of a model, each made when its field is changed for the first time."""

    def __init__(self, model: type[BaseModel]) -> None:
        super().__init__()
        self._model = model

    def __missing__(self, name: str) -> Callable[..., Any]:
        field = self._model.model_fields.get(name)
        if field is None:
            raise TypeError(f"{self._model.__name__} has no field {name!r}")
        kind: Any = Annotated[(field.annotation, *field.metadata)] if field.metadata else field.annotation
        self[name] = check = TypeAdapter(kind).validator.validate_python
        return check


class _Checks(dict[type[BaseModel], _ChecksOf]):
    def __missing__(self, model: type[BaseModel]) -> _ChecksOf:
        self[model] = checks = _ChecksOf(model)
        return checks


_CHECKS = _Checks()
