"""A plugin of mypy: it reads the changes of `model_copy(update={…})` as it reads the arguments of a call.

A name that is no field, and a value of another type than its field, are errors where they are written. Whatever stands
in a mapping that is made elsewhere is checked as it is copied (`services/contracts/value.py`); so a model of a service
whose copies nobody checks is an error too.
"""

from collections.abc import Callable
from typing import cast

from mypy.checker import TypeChecker
from mypy.nodes import DictExpr, Expression, StrExpr, Var
from mypy.plugin import MethodContext, Plugin
from mypy.subtypes import is_subtype
from mypy.types import Instance, Type, TypeVarType, get_proper_type

VALUE = "services.contracts.value.Value"


class TypedCopies(Plugin):
    """The plugin."""

    def get_method_hook(self, fullname: str) -> Callable[[MethodContext], Type] | None:
        return _checked if fullname.endswith(".model_copy") else None


def _checked(context: MethodContext) -> Type:
    model = get_proper_type(context.type)
    if isinstance(model, TypeVarType):
        model = get_proper_type(model.upper_bound)
    checker = cast(TypeChecker, context.api)
    if not isinstance(model, Instance) or checker.tree.fullname.startswith("tests."):
        return context.default_return_type
    if not model.type.has_base(VALUE):
        context.api.fail(f"Copies of {model.type.name} are not checked; derive it from Value", context.context)
    for name, given in zip(context.callee_arg_names, context.args, strict=True):
        if name == "update" and given and isinstance(given[0], DictExpr):
            for key, value in given[0].items:
                _check(context, model, key, value)
    return context.default_return_type


def _check(context: MethodContext, model: Instance, key: Expression | None, value: Expression) -> None:
    if not isinstance(key, StrExpr):
        return
    field = model.type.get(key.value)
    declared = field.node.type if field is not None and isinstance(field.node, Var) else None
    if declared is None:
        context.api.fail(f'{model.type.name} has no field "{key.value}"', key)
        return
    given = context.api.get_expression_type(value, type_context=declared)
    if not is_subtype(given, declared):
        context.api.fail(f'"{key.value}" of {model.type.name} is {declared}, not {given}', value)


def plugin(version: str) -> type[Plugin]:
    """What mypy asks for."""
    return TypedCopies
