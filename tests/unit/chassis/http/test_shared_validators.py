"""Parameters and answers that are alike share a validator; those that differ in anything have their own."""

from typing import Annotated, Any, Literal

import pytest
from annotated_types import Ge
from fastapi._compat.v2 import ModelField
from pydantic import AfterValidator, BaseModel
from pydantic.fields import FieldInfo

from services.chassis.http.shared_validators import share_validators

share_validators()


class Lamp(BaseModel):
    watts: int


class Unhashable:
    """Metadata that can't be a key."""

    __hash__ = None  # type: ignore[assignment]


def doubled(number: int) -> int:
    return number * 2


def validator(kind: Any, **more: Any) -> Any:
    return ModelField(field_info=FieldInfo.from_annotation(kind, **more), name="asked")._type_adapter


def with_default(kind: Any, default: Any) -> Any:
    return ModelField(field_info=FieldInfo.from_annotated_attribute(kind, default), name="asked")._type_adapter


@pytest.mark.parametrize(
    "kind", [Lamp, list[Lamp], str | None, Annotated[int, Ge(3)], Annotated[int, AfterValidator(doubled)]]
)
def test_what_is_alike_shares_one(kind: Any) -> None:
    assert validator(kind) is validator(kind)
    assert validator(kind) is not validator(dict[str, kind])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (int | str, str | int),
        (list[int | str], list[str | int]),
        (Literal["a", "b"], Literal["b", "a"]),
        (Annotated[int, Ge(3)], Annotated[int, Ge(4)]),
        (Annotated[int, AfterValidator(doubled)], Annotated[int, AfterValidator(lambda number: number)]),
    ],
)
def test_what_differs_in_its_order_or_in_a_bound_shares_none(one: Any, other: Any) -> None:
    assert validator(one) is not validator(other)
    assert validator(one).json_schema() is not None


def test_defaults_that_are_equal_and_of_another_kind_share_none() -> None:
    one, true, float_one = (with_default(Any, default) for default in (1, True, 1.0))
    assert len({id(each) for each in (one, true, float_one)}) == 3
    assert with_default(Any, [1]) is with_default(Any, [1])
    assert with_default(Any, [1]) is not with_default(Any, [True])


def test_what_cannot_be_compared_has_a_validator_of_its_own() -> None:
    kind = Annotated[int, Unhashable()]
    assert validator(kind) is not validator(kind)
    assert validator(kind).validate_python("3") == 3


def test_a_shared_validator_does_what_its_own_would_do() -> None:
    for _ in range(2):
        assert validator(Annotated[int, AfterValidator(doubled)]).validate_python("3") == 6
        assert validator(Lamp).validate_python({"watts": "9"}) == Lamp(watts=9)
