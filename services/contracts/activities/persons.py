"""The answer of the events service to an erasure request."""

from services.contracts.event import Event
from services.contracts.marks import Id, Public
from services.contracts.topics import ACTIVITIES


class PersonErasedFromActivities(Event, type="cn.community.events.person-data.erased.v1", topic=ACTIVITIES):
    """This service's answer to an erasure request: what it held of `person` is gone. `request` is that request's id."""

    person: Public[Id]
    request: Public[Id]
