"""Declarations made for a test: a probe and its state, with the fields that the test wants."""

from typing import Annotated, Any

from pydantic import create_model

from services.contracts.event import Event, State
from services.contracts.marks import Code, Id, Mark, Masked
from services.contracts.topics import ISSUES, Topic

__all__ = ["EVENT", "Code", "Fields", "Id", "Masked", "event", "internal", "public", "state"]

EVENT = "cn.community.issues.probe.sent.v1"
STATE = "cn.community.issues.probe.state.v1"

Fields = dict[str, Any]
"""Names to types with their defaults, as `pydantic.create_model` takes them."""


def public(type_: Any, *rules: Any) -> Any:
    """`Public[type_]` of a type that is only known at run time, with rules such as `Field(ge=1)`."""
    marked: Any = Annotated[type_, Mark.PUBLIC]
    for rule in rules:
        marked = Annotated[marked, rule]
    return marked


def internal(type_: Any) -> Any:
    """`Internal[type_]` of a type that is only known at run time."""
    return Annotated[type_, Mark.INTERNAL]


def event(
    fields: Fields, *, type: str = EVENT, topic: Topic = ISSUES, state: Any = None, name: str = "ProbeSent"
) -> Any:
    """An event declared anew, as a later commit would."""
    arguments = {"type": type, "topic": topic, "state": state}
    return create_model(name, __base__=Event, __doc__="Sent.", __cls_kwargs__=arguments, **fields)


def state(fields: Fields, *, type: str = STATE, topic: Topic = ISSUES) -> Any:
    """A state declared anew."""
    return create_model("ProbeState", __base__=State, __cls_kwargs__={"type": type, "topic": topic}, **fields)
