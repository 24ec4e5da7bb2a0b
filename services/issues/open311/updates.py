"""Takes updates from other systems: each becomes a command on the case, by the usual transitions, or is refused.

A key that works for the unit which has the case may begin (IN_PROGRESS, INVESTIGATING), report the work done (FIXED,
CLOSED), or return the case (NOT_COUNCILS_RESPONSIBILITY, NO_FURTHER_ACTION). A key that reported the case reopens it by
an open status if it is closed. Any other update by a reporter is kept as a remark, with words and pictures, and changes
no status, since the reporter's system sends its own state of the report with each update. No outside system closes a
case: the handler reports the work done, and somebody else verifies it. The same `update_id` of the same key is taken
once.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import orjson

from services.chassis.aggregate import Decision, derived_id
from services.chassis.errors import CommunityError, NotFound, Unavailable
from services.chassis.principal import Role, member
from services.chassis.store.aggregates import Cause
from services.chassis.store.receipt import IdempotencyKeyReused, Receipt, Replayed
from services.chassis.store.secret import keyed_mark
from services.chassis.telemetry.trace import current_traceparent
from services.contracts.event import Event
from services.contracts.issues import CaseStatus
from services.issues.cases.domain.case import Case
from services.issues.cases.domain.clock import AnyClocks, Clocks
from services.issues.cases.domain.handling import Handle, Return, Start, give_back, handle, start
from services.issues.cases.domain.remarks import AddRemark, remark
from services.issues.cases.domain.verdict import Reopen, reopen
from services.issues.cases.evidence import Evidence
from services.issues.open311.form import LONGEST, Form
from services.issues.open311.keys import ApiKey
from services.issues.open311.notes import update_id
from services.issues.open311.refusals import NotGranted, RequestUnknown, UpdateRefused, ValueRefused
from services.issues.open311.requests import Requests
from services.issues.open311.sameness import digest
from services.issues.open311.states import CLOSED, STATES, status_word
from services.issues.open311.times import time_in
from services.issues.privacy.vault import Vault
from services.issues.shared.values import PhotoOrigin
from services.issues.uploads.photos import Photos

_LONGEST_OF_UNITS = 2000
_OPEN = frozenset({"OPEN", "FOR_TRIAGE", "ACTION_SCHEDULED", "REOPEN"})
_BEGUN = frozenset({"IN_PROGRESS", "INVESTIGATING"})
_DONE = frozenset({"FIXED", "CLOSED"})
_NOT_OURS = frozenset({"NOT_COUNCILS_RESPONSIBILITY", "NO_FURTHER_ACTION"})
_OTHERS = frozenset({"PLANNED", "DUPLICATE", "INTERNAL_REFERRAL", "CANCELLED"})
_UNDER_WAY = frozenset({CaseStatus.IN_PROGRESS, CaseStatus.PAUSED})
_KNOWN = _OPEN | _BEGUN | _DONE | _NOT_OURS | _OTHERS


@dataclass(frozen=True, slots=True)
class Updating:
    """Takes updates of `requests`, each as a command of its own."""

    requests: Requests
    photos: Photos
    evidence: Evidence
    vault: Vault
    clocks: AnyClocks

    async def take(self, community: str, form: Form, key: ApiKey) -> dict[str, Any]:
        """Take the update in `form`. Returns the answer with the id that the update has here.

        Raises:
            ValueRefused: a field is missing, too long, no status, or no time.
            RequestUnknown: there is no such request, or it is not public.
            NotGranted: the key has neither reported the case nor works for its unit.
            UpdateRefused: the case's present status does not allow the update.
            NotAPicture, PictureTooLarge, UploadsUsedUp: a picture of the form is refused.
        """
        id, theirs = _given(form, "service_request_id"), _given(form, "update_id")
        status = _status(form)
        _require_a_time(form, "updated_datetime")
        cases = await self.requests.public_cases(community, [id])
        if not cases:
            raise RequestUnknown()
        text = _text(form)
        photos = await self._pictures(community, form, key, cases[0], status)
        asked = keyed_mark(await self.vault.secret(), "form", digest(form))
        receipt = Receipt(derived_id("update", key.id, theirs), asked, 200, lambda stored: _answer(id, stored.version))
        done = status in _DONE and cases[0].handled_by(key.worker)
        seen = await self.evidence.of(photos, id, community) if done else {}
        update = _Update(status, text, photos, key, seen)
        try:
            clocks = self.clocks.of(community)
            cause = Cause(key.id, traceparent=current_traceparent())
            stored = await self.requests.cases.change(
                id,
                lambda case, now: _decided(case, update, clocks, now),
                cause,
                receipt=receipt,
            )
        except Replayed as replayed:
            return dict(orjson.loads(replayed.body))
        except IdempotencyKeyReused:
            reason, reason_en = "已用于另一次更新", "it was used for another update"
            raise ValueRefused(parameter="update_id", reason=reason, reason_en=reason_en) from None
        except (Unavailable, NotFound, NotGranted):
            raise
        except CommunityError as refusal:
            if refusal.status != 409:
                raise
            raise UpdateRefused(reason=refusal.sentence("zh"), reason_en=refusal.sentence("en")) from None
        return dict(orjson.loads(_answer(id, stored.version)))

    async def _pictures(self, community: str, form: Form, key: ApiKey, case: Case, status: str) -> tuple[str, ...]:
        """Store the pictures of `form`, and return their ids. A unit may send pictures of finished work, a reporter
        any. A system may send as many as a worker."""
        if not form.pictures:
            return ()
        if case.handled_by(key.worker):
            if status in _BEGUN | _NOT_OURS:
                raise ValueRefused(
                    parameter="media", reason="此更新不接受照片", reason_en="no picture is taken with it"
                )
        elif not case.is_reporter(key.reporter):
            raise NotGranted()
        by = member(key.id, community, Role.GRID_WORKER)
        kept = [await self.photos.keep(community, picture, by) for picture in form.pictures]
        return tuple(dict.fromkeys(photo.id for photo in kept))


@dataclass(frozen=True, slots=True)
class _Update:
    status: str
    text: str | None
    photos: tuple[str, ...]
    key: ApiKey
    seen: Mapping[str, PhotoOrigin]

    @property
    def told(self) -> str:
        """The words of the update or, without words, the number of its pictures.

        Raises:
            ValueRefused: there are neither words nor pictures.
        """
        if self.text is not None:
            return self.text
        if not self.photos:
            raise ValueRefused(parameter="description", reason="必填", reason_en="it is required")
        return self.pictured

    @property
    def pictured(self) -> str:
        """The text for pictures without words: their number."""
        return f"[media] {len(self.photos)}"

    @property
    def note(self) -> str | None:
        """The words of a unit; None without words.

        Raises:
            ValueRefused: the words are longer than a unit's command takes.
        """
        if self.text is not None and len(self.text) > _LONGEST_OF_UNITS:
            most = _LONGEST_OF_UNITS
            reason, reason_en = f"超过 {most} 个字符", f"it has more than {most} characters"
            raise ValueRefused(parameter="description", reason=reason, reason_en=reason_en)
        return self.text


def _answer(case: str, version: int) -> bytes:
    return orjson.dumps({"update_id": update_id(case, version)})


def _decided(case: Case, update: _Update, clocks: Clocks, now: datetime) -> Decision[Case]:
    status, key = update.status, update.key
    if key.unit is not None and case.handled_by(key.worker):
        by = key.worker
        if status in _BEGUN and case.status not in _UNDER_WAY:
            return start(case, Start(), clocks, by, now)
        if status in _DONE:
            return handle(case, Handle(note=update.note, photos=update.photos), clocks, by, now, update.seen)
        if status in _NOT_OURS:
            return give_back(case, Return(reason=update.note or update.told), by, now)
    if not case.is_reporter(key.reporter):
        raise NotGranted()
    if status in _OPEN and STATES[case.status].status == CLOSED:
        return _reopened(case, update, now)
    return remark(case, AddRemark(text=update.told, photos=update.photos), key.reporter, now)


def _reopened(case: Case, update: _Update, now: datetime) -> Decision[Case]:
    """Reopen the case, after adding its pictures as a remark, so that the answer is the id of the update that reopened
    it."""
    by = update.key.reporter
    shown: tuple[Event, ...] = ()
    if update.photos:
        kept = remark(case, AddRemark(text=update.pictured, photos=update.photos), by, now)
        case, shown = kept.aggregate, kept.events
    opened = reopen(case, Reopen(reason=update.told), by, now)
    return replace(opened, events=(*shown, *opened.events))


def _text(form: Form) -> str | None:
    """The description, and under it the addresses of pictures that were sent instead of pictures."""
    text = "\n".join(part for part in (form.get("description", LONGEST), *form.told_addresses) if part)
    if len(text) > LONGEST + 1000:
        reason, reason_en = "与 description 一起过长", "with the description it is too long"
        raise ValueRefused(parameter="media_url", reason=reason, reason_en=reason_en)
    return text or None


def _given(form: Form, name: str) -> str:
    value = form.get(name)
    if value is None:
        raise ValueRefused(parameter=name, reason="必填", reason_en="it is required")
    return value


def _require_a_time(form: Form, name: str) -> None:
    """Refuse a field that should tell a time and tells none. No time is kept, for a case goes by its own clock; so it
    may come without a zone."""
    text = form.get(name)
    if text is not None and time_in(text) is None:
        reason_en = "it is no time, such as 2026-05-01T09:30:00Z"
        raise ValueRefused(parameter=name, reason="不是时间，例如 2026-05-01T09:30:00Z", reason_en=reason_en)


def _status(form: Form) -> str:
    status = status_word(_given(form, "status"))
    if status not in _KNOWN:
        raise ValueRefused(parameter="status", reason="没有这个状态", reason_en="there is no such status")
    return status
