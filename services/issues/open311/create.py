"""Takes a request: a form becomes a case, reported by the holder of a key through the channel `open311`.

The same form sent again with the same key within ten minutes is the same case, since clients that got no answer send
again; so is a form under the same Idempotency-Key. The reporter's contact is sealed under a key of its own for the
case. Accounts and devices of another system are not needed: `account_id` and `device_id` are not kept.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from services.chassis.aggregate import Decision, derived_id
from services.chassis.clock import Clock
from services.chassis.errors import AlreadyExists
from services.chassis.http.language import Language
from services.chassis.principal import Role, member
from services.chassis.store.aggregates import Aggregates, Cause
from services.chassis.store.receipt import Receipt, Replayed
from services.chassis.store.secret import keyed_id, keyed_mark
from services.chassis.telemetry.trace import current_traceparent
from services.contracts.issues import Channel
from services.contracts.marks import CODE_PATTERN
from services.issues.cases.domain.case import Case
from services.issues.cases.domain.reporting import Report, report
from services.issues.cases.numbers import Numbers
from services.issues.catalogue.domain.catalogue import Catalogue, Category
from services.issues.catalogue.domain.questions import MAX_QUESTIONS, AnswersRefused, QuestionKind
from services.issues.catalogue.store import Catalogues
from services.issues.open311.contacts import contact_in, notice
from services.issues.open311.form import LONGEST, Form
from services.issues.open311.keys import ApiKey
from services.issues.open311.locating import Location, locate
from services.issues.open311.refusals import ServiceMissing, ValueRefused
from services.issues.open311.sameness import digest
from services.issues.open311.services import BATCH, BLACKBOX, public_category
from services.issues.places.domain.places import Place
from services.issues.privacy.domain.contact import Sealed
from services.issues.privacy.vault import Vault
from services.issues.shared.cache import AggregateCache
from services.issues.uploads.photos import Photos

_THE_SAME_WITHIN = timedelta(minutes=10)
_SPOT = 120
_CODE = re.compile(CODE_PATTERN)


@dataclass(frozen=True, slots=True)
class Sender:
    """The sender of a form, who holds `key`. `repeat` is their Idempotency-Key, None without one, and `language` their
    language."""

    key: ApiKey
    repeat: str | None
    language: Language


@dataclass(frozen=True, slots=True)
class Taking:
    """Takes requests. `types` gives the type (batch or black box) of each category whose service is not realtime."""

    cases: Aggregates[Case]
    catalogues: Catalogues
    places: AggregateCache[Place]
    photos: Photos
    vault: Vault
    clock: Clock
    numbers: Numbers
    types: Mapping[str, str]

    async def take(self, community: str, form: Form, sender: Sender) -> dict[str, Any]:
        """Take the request in `form`. Returns the answer with its id, or with a token that leads to it, or with
        neither.

        Raises:
            ServiceMissing, ServiceUnknown: the form names no service, or an unknown one.
            LocationMissing, LocationUnknown: the form names no place, or an unknown one.
            ValueRefused: a field can't be read.
            AnswersRefused: attributes are missing or wrong.
            NotAPicture, PictureTooLarge, UploadsUsedUp: a picture of the form is refused.
            IdempotencyKeyReused: another request came under the same key.
        """
        catalogue = await self.catalogues.of(community)
        category = public_category(catalogue, _service_code(form))
        location = await locate(self.places, community, form)
        (contact, dropped), command = contact_in(form), _report(community, category, location, form)
        decided = _decision(sender, command, location, catalogue)
        # A bad request is refused before anything is stored.
        read = decided("case", self.clock(), None).aggregate
        said = digest(form, {code: answer for code, answer in read.answers.items() if not isinstance(answer, list)})
        photos = await self._kept(community, form, sender.key)
        whole = command.model_copy(update={"before": photos})
        sealer = None if contact is None else await self.vault.sealer(community, None)
        token = await self.token(said, sender)
        id = case_of(token)
        sealed = None if sealer is None or contact is None else sealer.seal(id, contact)
        decide = _decision(sender, whole, location, catalogue, await self.numbers.draw(community))
        try:
            cause = Cause(sender.key.id, traceparent=current_traceparent())
            asked = keyed_mark(await self.vault.secret(), "form", said)
            receipt = Receipt(token, asked, 200, lambda stored: b"")
            await self.cases.create(id, lambda now: decide(id, now, sealed), cause, receipt=receipt)
        except (Replayed, AlreadyExists):
            pass  # the form was sent before, and gets its answer again
        return _answer(self.types.get(category.code), id, token, notice(dropped, sender.language))

    async def _kept(self, community: str, form: Form, key: ApiKey) -> tuple[str, ...]:
        """Store the pictures of `form`, and return their ids. A system may send as many as a worker."""
        by = member(key.id, community, Role.GRID_WORKER)
        kept = [await self.photos.keep(community, picture, by) for picture in form.pictures]
        return tuple(dict.fromkeys(photo.id for photo in kept))

    async def token(self, said: str, sender: Sender) -> str:
        """The token of the request whose form has the digest `said`, or that of an earlier one which it repeats."""
        # The digest is keyed with a secret, for a plain one would let somebody try phone numbers.
        secret, key = await self.vault.secret(), sender.key.id
        if sender.repeat is not None:
            return keyed_id(secret, "token", key, "repeat", sender.repeat)
        now = int(self.clock().timestamp() // _THE_SAME_WITHIN.total_seconds())
        this, last = (keyed_id(secret, "token", key, said, str(turn)) for turn in (now, now - 1))
        before = await self.cases.find(case_of(last))
        if before is not None and self.clock() - before.aggregate.reported_at < _THE_SAME_WITHIN:
            return last
        return this


def case_of(token: str) -> str:
    """The id of the case that was requested under `token`. The token can't be read from it."""
    return derived_id("case", "open311", token)


def _answer(kind: str | None, id: str, token: str, notice: str | None) -> dict[str, Any]:
    said: dict[str, Any] = {"service_notice": notice, "account_id": None}
    if kind == BLACKBOX:
        return said
    return {"token": token, **said} if kind == BATCH else {"service_request_id": id, **said}


def _service_code(form: Form) -> str:
    code = form.get("service_code")
    if code is None:
        raise ServiceMissing()
    return code


_Decide = Callable[[str, datetime, Sealed | None], Decision[Case]]


def _decision(
    sender: Sender, command: Report, location: Location, catalogue: Catalogue, number: str | None = None
) -> _Decide:
    def decide(id: str, now: datetime, sealed: Sealed | None) -> Decision[Case]:
        by = sender.key.reporter
        place, channel = location.place, Channel.OPEN311
        return report(id, command, place, catalogue, by, now, contact=sealed, gateway=channel, number=number)

    return decide


def _report(community: str, category: Category, location: Location, form: Form) -> Report:
    several = {each.code for each in category.questions if each.kind is QuestionKind.SOME_OF}
    answers = {
        code: [value] if code in several and isinstance(value, str) else value for code, value in form.answers.items()
    }
    if len(answers) > MAX_QUESTIONS:
        raise ValueRefused(parameter="attribute", reason="不是该服务的问题", reason_en="it is none of this service")
    if strange := [code for code in answers if not _CODE.fullmatch(code)]:  # codes of other systems, such as WHISPAWN
        raise AnswersRefused(questions=", ".join(strange), faults=dict.fromkeys(strange, "unknown"))
    words = location.words
    return Report(
        community=community,
        category=category.code,
        place=location.place.id,
        floor=location.floor,
        spot=None if words is None else words[:_SPOT].strip() or None,
        point=location.point,
        text=_text(form, words),
        answers=answers,
    )


def _text(form: Form, words: str | None) -> str | None:
    """The description, and under it the other fields that only people can understand."""
    parts = [form.get("description", LONGEST) or ""]
    if words is not None and len(words) > _SPOT:
        parts.append(f"[address_string] {words[:300]}")
    parts += form.told_addresses
    text = "\n".join(part for part in parts if part)
    return text[: LONGEST + 1000] or None
