"""What notices do on due times: give up claims whose sender died, free parts of bundles that are over, look again."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from services.chassis.aggregate import Decision
from services.chassis.clock import Clock
from services.chassis.principal import SYSTEM
from services.chassis.store.aggregates import Aggregates, Cause
from services.chassis.sweeper import Sweep
from services.notify.notices.domain.calls import still_wanted
from services.notify.notices.domain.notice import Notice, wanted_again
from services.notify.notices.domain.sending import lapse
from services.notify.notices.domain.stages import Stage
from services.notify.notices.handing import Handing
from services.notify.notices.parts import Parts
from services.notify.notices.planning_again import PlanningAgain
from services.notify.notices.reviewing import Looked, Reviewing
from services.notify.notices.store import Notices, lapsed, left_behind
from services.notify.persons.domain.person import Person, looked_again
from services.notify.persons.store import to_look_again

WAITS_FOR_AN_ADDRESS = timedelta(days=7)
"""Who gives an address is sent what could not reach them within this time, if it is still true and worth sending."""

_LOOKING = Cause(SYSTEM, "sweep.look-again")
_BATCH = 100


def lapsed_claims(notices: Aggregates[Notice]) -> Sweep[Notice]:
    """Gives up claims that no sender will ever finish."""
    return Sweep("lapsed-claim", notices, lapsed, lapse, every=timedelta(seconds=30))


@dataclass(frozen=True, slots=True)
class LeftBehind:
    """Lets parts go by themselves whose bundle is over without them."""

    notices: Aggregates[Notice]
    parts: Parts
    name: str = "left-behind"
    every: timedelta = timedelta(seconds=30)

    async def once(self, clock: Clock) -> int:
        """Look at the parts whose bundle was due a while ago."""
        found = self.notices.collection.find(left_behind(clock()), {"_id": 1}).limit(_BATCH)
        ids = [document["_id"] async for document in found]
        for id in ids:
            await self.parts.let_go(id)
        return len(ids)


@dataclass(frozen=True, slots=True)
class LookingAgain:
    """Plans messages anew that wait for somebody who has chosen otherwise since, or could not reach somebody who has
    given an address since, and takes off the call list what somebody does not want any more."""

    notices: Aggregates[Notice]
    persons: Aggregates[Person]
    reviewing: Reviewing
    handing: Handing
    name: str = "look-again"
    every: timedelta = timedelta(seconds=2)

    async def once(self, clock: Clock) -> int:
        """Look at everybody who has made a change of late."""
        people = (await self.persons.select(to_look_again(clock()), limit=_BATCH)).items
        for stored in people:
            person = stored.aggregate
            if person.look_again_at is not None:
                await PlanningAgain(self.notices, self.reviewing).of(person.id, person.look_again_at)
            for notice in await Notices(self.notices).given_up(person.id, clock() - WAITS_FOR_AN_ADDRESS):
                await self._plan_anew(notice)
            for id in await Notices(self.notices).on_the_call_list(person.id):
                looked = await self.reviewing.of((await self.notices.get(id)).aggregate)
                await self.notices.change(id, partial(_still_wanted, looked), _LOOKING)
            if (asked_at := person.look_again_at) is not None:
                await self.persons.change(person.id, partial(_looked, asked_at), _LOOKING)
        return len(people)

    async def _plan_anew(self, notice: Notice) -> None:
        if notice.outdated or await Notices(self.notices).reached_otherwise(notice):
            return
        if notice.stage is Stage.BOUNCED:
            await self.handing.fall_back(notice)
            return
        looked = await self.reviewing.of(notice)
        if looked(notice).planned.reason is None:
            await self.notices.change(notice.id, lambda n, now: wanted_again(n, looked(n).planned, now), _LOOKING)
        else:
            await self.handing.fall_back(notice)


def _still_wanted(looked: Looked, notice: Notice, _: datetime) -> Decision[Notice]:
    return still_wanted(notice, looked(notice).planned)


def _looked(asked_at: datetime, person: Person, _: datetime) -> Decision[Person]:
    return looked_again(person, asked_at)
