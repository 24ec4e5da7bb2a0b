"""The answer of issues to the erasure of a person."""

from services.contracts.event import Event
from services.contracts.marks import Id, Public
from services.contracts.topics import ISSUES


class PersonDataErased(Event, type="cn.community.issues.person-data.erased.v1", topic=ISSUES):
    """This service's answer to an erasure request: what it held of `person` is gone. `request` is that request's id."""

    person: Public[Id]
    request: Public[Id]
