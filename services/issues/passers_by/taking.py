"""Takes what somebody without an account reports at a sticker: a case that nobody is shown to have reported.

The same form sent again within ten minutes is the same case, since people press twice.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.chassis.aggregate import Decision
from services.chassis.clock import Clock
from services.chassis.errors import AlreadyExists, Forbidden, Invalid
from services.chassis.principal import Principal, Role, member
from services.chassis.store.aggregates import Aggregates, Cause, Stored
from services.chassis.store.secret import keyed_id
from services.chassis.telemetry.trace import current_traceparent
from services.contracts.issues import Channel
from services.issues.cases.domain.case import Case
from services.issues.cases.domain.reporting import Report, report
from services.issues.cases.numbers import Numbers
from services.issues.catalogue.domain.catalogue import Catalogue
from services.issues.catalogue.store import Catalogues
from services.issues.open311.contacts import contact_in
from services.issues.open311.form import Form
from services.issues.open311.sameness import digest
from services.issues.places.domain.places import Place
from services.issues.places.report_page import LONGEST, PHOTOS
from services.issues.places.service import reportable
from services.issues.privacy.domain.contact import Sealed
from services.issues.privacy.vault import Vault
from services.issues.shared.cache import AggregateCache
from services.issues.uploads.photos import Photos

_THE_SAME_WITHIN = timedelta(minutes=10)
_SOMEBODY = "passer-by"


class NeedsAccount(
    Forbidden,
    code="report.needs-account",
    zh="本社区须登录后上报。",
    en="In this community one signs in to report.",
):
    """Not every community takes the reports of whoever passes by."""


class NothingSaid(
    Invalid,
    code="report.nothing-said",
    zh="请选择问题类别并填写描述。",
    en="Choose what it is, and describe it.",
):
    """The report has neither words nor a photo, so that nobody could act on it."""


class MorePhotosThanShown(
    Invalid, code="report.too-many-photos", zh="照片至多 {most} 张。", en="There may be {most} photos at most."
):
    """Three photos show a problem."""


@dataclass(frozen=True, slots=True)
class TakingIn:
    """Takes forms. `telephones`: the communities that allow it."""

    cases: Aggregates[Case]
    catalogues: Catalogues
    places: AggregateCache[Place]
    photos: Photos
    vault: Vault
    clock: Clock
    numbers: Numbers
    telephones: Mapping[str, str]

    async def take(self, form: Form) -> Case:
        """The case that `form` becomes, or has become.

        Raises:
            UnknownAggregate, PlaceIsRetired: of the place.
            NeedsAccount, NothingSaid, MorePhotosThanShown: as they say.
            UnknownCategory, AnswersRefused: of the category.
            NotAPicture, PictureTooLarge, UploadsUsedUp: of the photos.
        """
        steps = await reportable(self.places, form.get("place") or "")
        place = steps[-1]
        if place.community not in self.telephones:
            raise NeedsAccount()
        category, text = form.get("service_code"), form.get("description", LONGEST)
        if category is None or text is None:
            raise NothingSaid()
        if len(form.pictures) > PHOTOS:
            raise MorePhotosThanShown(most=PHOTOS)
        command = Report(
            community=place.community, category=category, place=place.id, text=text, anonymous=True, channel=None
        )
        catalogue, by = await self.catalogues.of(place.community), _somebody(place.community)
        _decided("case", command, place, catalogue, by, self.clock(), None, None)  # refuses before anything is kept
        kept = [await self.photos.keep(place.community, picture, _keeper(place.community)) for picture in form.pictures]
        whole = command.model_copy(update={"before": tuple(dict.fromkeys(photo.id for photo in kept))})
        contact, _ = contact_in(form)
        sealer = None if contact is None else await self.vault.sealer(place.community, None)
        ids = await self._ids(form)
        for earlier in ids:
            if (before := await self.cases.find(earlier)) is not None and self._lately(before):
                return before.aggregate
        id = ids[-1]
        sealed = None if sealer is None or contact is None else sealer.seal(id, contact)
        number = await self.numbers.draw(place.community)
        cause = Cause(_SOMEBODY, traceparent=current_traceparent())
        try:
            made = await self.cases.create(
                id, lambda now: _decided(id, whole, place, catalogue, by, now, sealed, number), cause
            )
        except AlreadyExists:  # pressed twice, at once
            made = await self.cases.get(id)
        return made.aggregate

    async def _ids(self, form: Form) -> list[str]:
        """The ids under which this very form is a case: of the ten minutes before these, and of these."""
        secret, now = await self.vault.secret(), int(self.clock().timestamp() // _THE_SAME_WITHIN.total_seconds())
        return [keyed_id(secret, "case", "passer-by", digest(form), str(turn)) for turn in (now - 1, now)]

    def _lately(self, stored: Stored[Case]) -> bool:
        return self.clock() - stored.aggregate.reported_at < _THE_SAME_WITHIN


def _somebody(community: str) -> Principal:
    """The principal of a passer-by without an account."""
    return member(_SOMEBODY, community, Role.RESIDENT)


def _keeper(community: str) -> Principal:
    """The owner of the photos of all passers-by, who together may upload as much in a day as a worker."""
    return member(_SOMEBODY, community, Role.GRID_WORKER)


def _decided(
    id: str,
    command: Report,
    place: Place,
    catalogue: Catalogue,
    by: Principal,
    now: datetime,
    sealed: Sealed | None,
    number: str | None,
) -> Decision[Case]:
    return report(id, command, place, catalogue, by, now, contact=sealed, gateway=Channel.RESIDENT, number=number)
