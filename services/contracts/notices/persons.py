"""What is told of persons: that their erasure was asked for, and that it is done."""

from datetime import datetime
from enum import StrEnum

from services.contracts.event import Event
from services.contracts.marks import Code, Id, Internal, PersonId, Public
from services.contracts.topics import NOTICES


class PersonStatus(StrEnum):
    """Whether a person is known here."""

    KNOWN = "known"
    ERASING = "erasing"
    ERASED = "erased"


class PersonRegistered(Event, type="cn.community.notify.person.registered.v1", topic=NOTICES, internal=True):
    """A person set up how they want to be told. What they chose is in no event."""

    person: Internal[PersonId]
    by: Internal[PersonId]


class PersonChanged(Event, type="cn.community.notify.person.changed.v1", topic=NOTICES, internal=True):
    """`changed` names the settings that have new values; `by` is the person, or staff on record."""

    person: Internal[PersonId]
    changed: Internal[list[Code]]
    by: Internal[PersonId]


class PersonErasureRequested(Event, type="cn.community.notify.person.erasure-requested.v1", topic=NOTICES):
    """Whoever holds something of `person` erases it and answers with an event of its own, naming `request`.

    `only`: no more than what belongs to this community, whose staff have asked; None where the person did, for all.
    """

    person: Public[Id]
    request: Public[Id]
    requested_at: Public[datetime]
    only: Public[Id | None] = None
    by: Internal[PersonId]


class PersonErasureAnswered(Event, type="cn.community.notify.person.erasure-answered.v1", topic=NOTICES, internal=True):
    """`service` has erased its part, of the community `only` or (None) of all."""

    person: Internal[Id]
    service: Internal[Code]
    only: Internal[Id | None] = None


class PersonErased(Event, type="cn.community.notify.person.erased.v1", topic=NOTICES):
    """Every service has answered: nothing leads to `person` any more, in the community `only` or (None) anywhere.

    `services` is the proof.
    """

    person: Public[Id]
    request: Public[Id]
    services: Public[list[Code]]
    erased_at: Public[datetime]
    only: Public[Id | None] = None
