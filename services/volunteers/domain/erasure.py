"""This service's answer to an erasure request: one aggregate per request, made when its part is done."""

from datetime import datetime

from services.chassis.aggregate import Aggregate, Decision, decided, derived_id
from services.contracts.volunteers import PersonDataErased


class Erasure(Aggregate):
    """A request that was carried out here."""

    request: str
    person: str
    erased_at: datetime


def erasure_id(request: str) -> str:
    """The id of the answer to `request`."""
    return derived_id("person-data", request)


def erased(community: str, request: str, person: str, now: datetime) -> Decision[Erasure]:
    """Everything this service held of `person` is gone."""
    erasure = Erasure(id=erasure_id(request), community=community, request=request, person=person, erased_at=now)
    return decided(erasure, PersonDataErased(person=person, request=request))
