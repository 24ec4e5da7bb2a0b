"""The rules by which a person confirms an address that they or staff have entered: by a code, with few tries, within a
short time."""

from datetime import datetime

from services.chassis.aggregate import Decision, decided
from services.chassis.errors import Conflict, PersonGone
from services.chassis.principal import SYSTEM, Principal
from services.contracts.notices import PersonChanged
from services.notify.persons.domain.addresses import AGAIN, CODE_HOLDS, CODES_A_DAY, Addresses, SentCode, next_code
from services.notify.persons.domain.bounces import Bounces
from services.notify.persons.domain.person import Person


class CodeRefused(
    Conflict,
    code="address.code-refused",
    zh="验证码不对，或已失效。可以请求新的验证码。",
    en="The code is not right, or holds no longer. You may ask for another.",
):
    """A wrong code, an old one, one tried too often and none at all have this one answer."""


def send_code(person: Person, email: str, mark: str, now: datetime) -> Decision[Person]:
    """A code for `email`, whose keyed digest is `mark`, is about to be sent. Where none is due, nothing changes."""
    proposed = person.proposed
    if person.gone or proposed is None or proposed.addresses.email != email:
        return decided(person)
    if proposed.code_due_at is None or proposed.code_due_at > now:
        return decided(person)
    sent = proposed.model_copy(update={"code": SentCode(mark=mark, expires_at=now + CODE_HOLDS), "code_due_at": None})
    lately = (*person.codes_sent, now)[-CODES_A_DAY:]
    changed = person.model_copy(update={"proposed": sent, "codes_sent": lately})
    return decided(changed, PersonChanged(person=person.id, changed=["address-code"], by=SYSTEM))


def send_again(person: Person, mark: str, now: datetime) -> Decision[Person]:
    """The mail server did not take the code `mark`: another one is due in a while."""
    proposed = person.proposed
    if proposed is None or proposed.code is None or proposed.code.mark != mark:
        return decided(person)
    due = max(now + AGAIN, next_code(person.codes_sent, now))
    unsent = proposed.model_copy(update={"code": None, "code_due_at": due})
    changed = person.model_copy(update={"proposed": unsent})
    return decided(changed, PersonChanged(person=person.id, changed=["address-code"], by=SYSTEM))


def ask_for_code(person: Person, by: Principal, now: datetime) -> Decision[Person]:
    """The person wants another code; it comes as soon as one more may be sent that day.

    Raises:
        CodeRefused: nobody has entered an e-mail address for them.
    """
    proposed = person.proposed
    if person.gone:
        raise PersonGone()
    if proposed is None or proposed.addresses.email is None:
        raise CodeRefused()
    if proposed.code_due_at is not None:
        return decided(person)
    again = proposed.model_copy(update={"code_due_at": next_code(person.codes_sent, now)})
    changed = person.model_copy(update={"proposed": again})
    return decided(changed, PersonChanged(person=person.id, changed=["address-code"], by=by.sub))


def tell_code(person: Person, mark: str, by: Principal, now: datetime) -> Decision[Person]:
    """The person tells the code whose keyed digest is `mark`; if it is right, the address holds. A wrong one is a try.

    Raises:
        CodeRefused: there is no code that may still be tried.
    """
    proposed = person.proposed
    if person.gone or proposed is None or proposed.code is None or not proposed.code.answers(now):
        raise CodeRefused()
    if proposed.code.mark != mark:
        tried = proposed.code.model_copy(update={"tries": proposed.code.tries + 1})
        changed = person.model_copy(update={"proposed": proposed.model_copy(update={"code": tried})})
        return decided(changed, PersonChanged(person=person.id, changed=["address-tried"], by=by.sub))
    confirmed = person.addresses.model_copy(update={"email": proposed.addresses.email})
    left = proposed.addresses.model_copy(update={"email": None})
    waiting = None if left == Addresses() else proposed.model_copy(update={"addresses": left, "code": None})
    begun = {"bounces": Bounces(since=now), "look_again_at": now}
    changed = person.model_copy(update={"addresses": confirmed, "proposed": waiting, **begun})
    return decided(changed, PersonChanged(person=person.id, changed=["addresses"], by=by.sub))
