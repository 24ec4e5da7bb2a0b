"""Lets parameters and answers of routes that are alike share one validator, for every application of this process.

FastAPI makes a validator for each parameter, body and answer of each route. Most of them are alike: `If-Match`, the
language, the number of a page stand on a hundred routes. Making them is most of what a service does while it starts.
A validator has no state, so that sharing it changes no answer and no description.
"""

from collections.abc import Hashable
from typing import Any

from fastapi._compat.v2 import ModelField, asdict

from services.chassis.cache import Cache

_SHARING = "_community_sharing"
_KNOWN = Cache[Hashable, Any](2000)
"""Twice as many as the four services have together: a process of tests opens them again and again."""


def share_validators() -> None:
    """Share them from now on. A second call does nothing."""
    if getattr(ModelField, _SHARING, False):
        return
    setattr(ModelField, _SHARING, True)
    make = ModelField.__post_init__

    def share(field: ModelField) -> None:
        key = _key(field)
        known = _KNOWN.get(key) if key is not None else None
        if known is not None:
            field._type_adapter = known
            return
        make(field)
        if key is not None:
            _KNOWN.put(key, field._type_adapter)

    ModelField.__post_init__ = share  # type: ignore[assignment, method-assign]


def _key(field: ModelField) -> Hashable | None:
    """Equal for fields whose validators do the same; None where something in it can't be compared.

    Unions and literals in another order are equal to Python, but are neither tried nor described alike: their text
    tells them apart.
    """
    told = asdict(field.field_info)
    wanted = (told["annotation"], told["metadata"])
    key = (repr(field.config), repr(wanted), _frozen(wanted), _frozen(told["attributes"]))
    try:
        hash(key)
    except TypeError:
        return None
    return key


def _frozen(value: Any) -> Hashable:
    """`value` with its kind, because True, 1 and 1.0 are equal."""
    if isinstance(value, (list, tuple)):
        return (type(value), *map(_frozen, value))
    if isinstance(value, dict):
        return (dict, *((name, _frozen(each)) for name, each in value.items()))
    return (type(value), value)
