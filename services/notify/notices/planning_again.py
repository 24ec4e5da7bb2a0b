"""Plans anew what waits for somebody who has chosen otherwise: other hours, collected or at once."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import partial

from services.chassis.aggregate import Decision
from services.chassis.errors import AlreadyExists, PersonGone
from services.chassis.principal import SYSTEM
from services.chassis.store.aggregates import Aggregates, Cause
from services.chassis.values import ZONE
from services.notify.notices.domain.bundling import bundle_of, open_bundle, plan_anew
from services.notify.notices.domain.notice import Notice
from services.notify.notices.reviewing import Looked, Reviewing
from services.notify.notices.store import Notices
from services.notify.shared.values import Way

_LOOKING = Cause(SYSTEM, "sweep.look-again")
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class PlanningAgain:
    """Plans what waits anew."""

    notices: Aggregates[Notice]
    reviewing: Reviewing

    async def of(self, person: str, at: datetime) -> None:
        """Plan what waits for `person` as they want it since `at`. Done again, it changes nothing: all plans are made
        as of that moment, which also names the digest in which they are told together.
        """
        held = await Notices(self.notices).held(person)
        today = {way: await self._has_digest(person, way, at) for way in {notice.channel for notice in held}}
        for notice in held:
            looked = await self.reviewing.of(notice)
            again = partial(_again, looked, at, today[notice.channel])
            part = (await self.notices.change(notice.id, again, _LOOKING)).aggregate
            await self._see_to_its_bundle(part)

    async def _has_digest(self, person: str, way: Way, at: datetime) -> bool:
        midnight = datetime.combine(at.astimezone(ZONE).date(), time(), ZONE)
        return await Notices(self.notices).has_digest(person, way, midnight, midnight + _DAY)

    async def _see_to_its_bundle(self, part: Notice) -> None:
        kind = bundle_of(part)
        if kind is None or part.bundle is None or await self.notices.find(part.bundle) is not None:
            return
        try:
            await self.notices.create(part.bundle, lambda now: open_bundle(part, kind, now), _LOOKING)
        except (AlreadyExists, PersonGone):
            return  # another replica has, or they are gone


def _again(looked: Looked, at: datetime, digest_today: bool, notice: Notice, now: datetime) -> Decision[Notice]:
    return plan_anew(notice, looked.again(notice, at, digest_today=digest_today), now)
