"""The views of persons, for themselves and for staff."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel

from services.chassis.principal import Principal, Role
from services.chassis.store.aggregates import Stored
from services.contracts.notices import PersonStatus
from services.notify.persons.domain.addresses import Addresses, Proposed
from services.notify.persons.domain.choices import Consent, Language, OfClass
from services.notify.persons.domain.home import Home
from services.notify.persons.domain.person import Person
from services.notify.persons.domain.quiet import QuietHours
from services.notify.routing.domain.kinds import MessageClass
from services.notify.routing.shipped import RULES
from services.notify.shared.values import CHOSEN_FROM, Way


class KindView(BaseModel):
    """A kind of notice and what is set for it."""

    kind: str
    sort: MessageClass
    zh: str
    en: str
    mandatory: bool
    channels: dict[Way, bool]


class ProxyView(BaseModel):
    """Somebody who receives what this person is told, once they have agreed."""

    person: str
    named_by: str
    named_at: datetime
    agreed_at: datetime | None


class AgreedView(BaseModel):
    """Whether one receives what `person` is told."""

    person: str
    agreed: bool


class ProposedView(BaseModel):
    """An address that staff have entered, when they did, and whether it waits for the person to confirm it. Nothing but
    a code is sent to it."""

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
    """A person without their addresses. `parts`: communities whose staff had their part erased. `email_bounced_at`:
    when their e-mail address was given up, because mail to it came back; nothing is mailed to it until they enter it
    anew.
    """

    person: str
    status: PersonStatus
    language: Language
    quiet_hours: QuietHours | None
    kinds: list[KindView]
    classes: dict[MessageClass, OfClass] = {}
    silenced: list[str] = []
    proxies: list[ProxyView] = []
    has_email: bool
    email_bounced_at: datetime | None = None
    has_phone: bool
    has_wecom: bool = False
    proposed: ProposedView | None = None
    parts: list[PartView] = []
    requested_at: datetime | None = None
    answers: list[str] = []
    erased_at: datetime | None = None


class MeView(PersonView):
    """A person, for themselves. `proposed_addresses`: entered by staff, not confirmed yet. `consents`: what was
    switched on and off, by whom and when.
    """

    addresses: Addresses
    home: Home = Home()
    consents: list[Consent] = []
    proposed_addresses: Addresses | None = None


def person_view(stored: Stored[Person]) -> PersonView:
    """The person without addresses: for answers that are kept, and for staff."""
    return PersonView(**_shown(stored.aggregate))


def me_view(stored: Stored[Person]) -> MeView:
    """The person with addresses: for themselves alone."""
    person = stored.aggregate
    proposed = None if person.proposed is None else person.proposed.addresses
    return MeView(
        **_shown(person),
        addresses=person.addresses,
        proposed_addresses=proposed,
        home=person.home,
        consents=list(person.consents),
    )


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
                sort=rule.sort,
                zh=rule.zh,
                en=rule.en,
                mandatory=rule.mandatory,
                channels={
                    channel: rule.weight.comes_anyway or not person.mutes(kind, channel) for channel in CHOSEN_FROM
                },
            )
            for kind, rule in RULES.items()
        ],
        "classes": person.choices.classes,
        "silenced": sorted(person.choices.silenced),
        "proxies": [ProxyView(**proxy.model_dump()) for proxy in person.proxies],
        "has_email": person.addresses.email is not None,
        "email_bounced_at": person.bounces.given_up_at,
        "has_phone": person.addresses.phone is not None,
        "has_wecom": person.addresses.wecom is not None,
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
