"""A proxy receives what another is told once both want it, and no longer than that."""

import pytest

from services.chassis.errors import NotYours
from services.chassis.principal import Role, member
from services.notify.persons.domain.standing_in import (
    MOST,
    NotNamed,
    OwnProxy,
    TooManyProxies,
    agree,
    forget_proxy,
    let_go,
    name_proxy,
)
from tests.unit.notify.given import HERE, NEIGHBOUR, NOW, RESIDENT, STAFF, a_person

DAUGHTER = member("resident-3", HERE, Role.RESIDENT)


def test_a_proxy_must_be_named_and_agree() -> None:
    named = name_proxy(a_person(), DAUGHTER.sub, HERE, RESIDENT, NOW).aggregate
    assert not named.stands_in(DAUGHTER.sub)
    with pytest.raises(NotNamed):
        agree(named, NEIGHBOUR, NOW)
    agreed = agree(named, DAUGHTER, NOW).aggregate
    assert agreed.stands_in(DAUGHTER.sub)
    assert agree(agreed, DAUGHTER, NOW).events == ()
    calls = agree(agreed, DAUGHTER, NOW, "爸爸").aggregate
    assert [each.called for each in calls.proxies] == ["爸爸"]
    assert agree(calls, DAUGHTER, NOW).events == ()
    assert name_proxy(agreed, DAUGHTER.sub, HERE, STAFF, NOW).events == ()


def test_neighbours_name_nobody_and_nobody_has_a_crowd() -> None:
    with pytest.raises(NotYours):
        name_proxy(a_person(), DAUGHTER.sub, HERE, NEIGHBOUR, NOW)
    person = a_person()
    for n in range(MOST):
        person = name_proxy(person, f"proxy-{n}", HERE, STAFF, NOW).aggregate
    with pytest.raises(TooManyProxies):
        name_proxy(person, "one-more", HERE, RESIDENT, NOW)
    with pytest.raises(OwnProxy):
        name_proxy(person, person.id, HERE, RESIDENT, NOW)


def test_either_side_ends_it_and_an_erased_proxy_is_gone() -> None:
    agreed = agree(name_proxy(a_person(), DAUGHTER.sub, HERE, RESIDENT, NOW).aggregate, DAUGHTER, NOW).aggregate
    for by in (RESIDENT, STAFF, DAUGHTER):
        assert let_go(agreed, DAUGHTER.sub, HERE, by).aggregate.proxies == ()
    with pytest.raises(NotYours):
        let_go(agreed, DAUGHTER.sub, HERE, NEIGHBOUR)
    assert forget_proxy(agreed, DAUGHTER.sub).aggregate.proxies == ()
    assert forget_proxy(agreed, "other").events == ()
