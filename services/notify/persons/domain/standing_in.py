"""The rules by which a proxy is named, agrees, and ends."""

from datetime import datetime

from services.chassis.aggregate import Decision, decided
from services.chassis.errors import Conflict, Invalid, PersonGone
from services.chassis.principal import SYSTEM, Principal
from services.contracts.notices import PersonChanged
from services.notify.persons.domain.person import Person, require_decider
from services.notify.persons.domain.proxies import Proxy

MOST = 5


class TooManyProxies(
    Conflict, code="proxy.too-many", zh="代收人已达上限（{most} 人）。", en="There are {most} proxies already."
):
    """More would be a mailing list."""


class OwnProxy(Invalid, code="proxy.oneself", zh="不能指定本人为代收人。", en="Nobody is a proxy of themselves."):
    """They are told anyway."""


class NotNamed(
    Conflict, code="proxy.not-named", zh="对方没有指定您代收。", en="You were not named to receive their messages."
):
    """Only who was named can agree."""


def name_proxy(person: Person, proxy: str, community: str, by: Principal, now: datetime) -> Decision[Person]:
    """The person, or staff for them on record, names `proxy`. Naming again changes nothing.

    Raises:
        OwnProxy: `proxy` is the person themselves.
        TooManyProxies: there are enough.
    """
    require_decider(by, person.id, community)
    if person.gone:
        raise PersonGone()
    if proxy == person.id:
        raise OwnProxy()
    if any(each.person == proxy for each in person.proxies):
        return decided(person)
    if len(person.proxies) >= MOST:
        raise TooManyProxies(most=MOST)
    named = Proxy(person=proxy, named_by=by.sub, named_at=now)
    return _changed(person, (*person.proxies, named), by.sub)


def agree(person: Person, by: Principal, now: datetime, called: str | None = None) -> Decision[Person]:
    """Agree to be a proxy of `person`, as the one who was named, who calls that person `called` (None: as before).

    Raises:
        NotNamed: `by` was not named.
    """
    if person.gone or all(each.person != by.sub for each in person.proxies):
        raise NotNamed()
    agreed = tuple(
        each.model_copy(update={"agreed_at": each.agreed_at or now, "called": called or each.called})
        if each.person == by.sub
        else each
        for each in person.proxies
    )
    return decided(person) if agreed == person.proxies else _changed(person, agreed, by.sub)


def let_go(person: Person, proxy: str, community: str, by: Principal) -> Decision[Person]:
    """The person, staff for them, or the proxy ends it. Ending it again changes nothing."""
    if by.sub != proxy:
        require_decider(by, person.id, community)
    left = tuple(each for each in person.proxies if each.person != proxy)
    return decided(person) if left == person.proxies else _changed(person, left, by.sub)


def forget_proxy(person: Person, proxy: str) -> Decision[Person]:
    """`proxy` was erased: nobody receives anything by that id."""
    left = tuple(each for each in person.proxies if each.person != proxy)
    return decided(person) if left == person.proxies else _changed(person, left, SYSTEM)


def _changed(person: Person, proxies: tuple[Proxy, ...], by: str) -> Decision[Person]:
    changed = person.model_copy(update={"proxies": proxies})
    return decided(changed, PersonChanged(person=person.id, changed=["proxies"], by=by))
