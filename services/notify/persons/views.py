"""What people see of themselves, and staff of people."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel

from services.chassis.principal import Principal, Role
from services.chassis.store.aggregates import Stored
from services.contracts.notices import NoticeChannel, NoticeKind, PersonStatus
from services.notify.persons.domain.addresses import Addresses, Proposed
from services.notify.persons.domain.kinds import CHANNELS, RULES
from services.notify.persons.domain.person import Language, Person
from services.notify.persons.domain.quiet import QuietHours


class KindView(BaseModel):
    """A kind of notice and what is set for it."""

    kind: NoticeKind
    mandatory: bool
    channels: dict[NoticeChannel, bool]


class ProposedView(BaseModel):
    """What staff have entered, when, and what of it waits to be confirmed by the person: nothing but a code is sent."""

    unconfirmed: list[Literal["email", "phone"]]
    by: str
    at: datetime


class PartView(BaseModel):
    """The erasure of what belongs to one community."""

    community: str
    request: str
    by: str
    requested_at: datetime
    answers: list[str]
    erased_at: datetime | None


class PersonView(BaseModel):
    """A person without their addresses. `parts`: communities whose staff had their part erased."""

    person: str
    status: PersonStatus
    language: Language
    quiet_hours: QuietHours | None
    kinds: list[KindView]
    has_email: bool
    has_phone: bool
    proposed: ProposedView | None = None
    parts: list[PartView] = []
    requested_at: datetime | None = None
    answers: list[str] = []
    erased_at: datetime | None = None


class MeView(PersonView):
    """A person, for themselves. `proposed_addresses`: entered by staff, not confirmed yet."""

    addresses: Addresses
    proposed_addresses: Addresses | None = None


def person_view(stored: Stored[Person]) -> PersonView:
    """The person without addresses: for answers that are kept, and for staff."""
    return PersonView(**_shown(stored.aggregate))


def me_view(stored: Stored[Person]) -> MeView:
    """The person with addresses: for themselves alone."""
    person = stored.aggregate
    proposed = None if person.proposed is None else person.proposed.addresses
    return MeView(**_shown(person), addresses=person.addresses, proposed_addresses=proposed)


def view_for(by: Principal) -> Callable[[Stored[Person]], PersonView]:
    """The view for `by`: staff see the parts of their own communities alone."""

    def view(stored: Stored[Person]) -> PersonView:
        person = stored.aggregate
        if by.sub == person.id:
            return person_view(stored)
        mine = tuple(part for part in person.parts if part.community in by.where(Role.STAFF))
        return person_view(Stored(person.model_copy(update={"parts": mine}), stored.version))

    return view


def _shown(person: Person) -> dict[str, Any]:
    return {
        "person": person.id,
        "status": person.status,
        "language": person.choices.language,
        "quiet_hours": person.choices.quiet,
        "kinds": [
            KindView(
                kind=kind,
                mandatory=rule.mandatory,
                channels={channel: rule.mandatory or not person.mutes(kind, channel) for channel in CHANNELS},
            )
            for kind, rule in RULES.items()
        ],
        "has_email": person.addresses.email is not None,
        "has_phone": person.addresses.phone is not None,
        "proposed": _proposed(person.proposed),
        "parts": [PartView(**part.model_dump() | {"answers": sorted(part.answers)}) for part in person.parts],
        "requested_at": person.requested_at,
        "answers": sorted(person.answers),
        "erased_at": person.erased_at,
    }


def _proposed(proposed: Proposed | None) -> ProposedView | None:
    if proposed is None:
        return None
    waiting: list[Literal["email", "phone"]] = []
    waiting += ["email"] if proposed.addresses.email is not None else []
    waiting += ["phone"] if proposed.addresses.phone is not None else []
    return ProposedView(unconfirmed=waiting, by=proposed.by, at=proposed.at)
