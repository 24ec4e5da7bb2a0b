"""Check-in and check-out: decides who may be shown the code and who may vouch for a person, and changes the presence.

Nobody vouches for themselves: the code is shown only to people who don't serve there, and somebody in office can only
have seen somebody else. The hard filters are asked once more at the check-in.
"""

from collections.abc import Callable
from datetime import datetime

from services.chassis.aggregate import Decision
from services.chassis.clock import Clock
from services.chassis.errors import NotYours, UnknownAggregate
from services.chassis.principal import Principal, Role
from services.chassis.store.aggregates import Aggregates
from services.chassis.store.secret import naming_with
from services.chassis.store.tries import Tries
from services.contracts.volunteers import NeedStatus, Origin
from services.volunteers.attendance.domain.codes import CodeTime, WrongCode, code_shown, is_right
from services.volunteers.attendance.domain.presence import (
    How,
    NotAtThisTime,
    Presence,
    arrive,
    arrive_again,
    leave,
    presence_id,
)
from services.volunteers.care.domain.plans import CarePlan
from services.volunteers.needs.domain.eligibility import SEATED, not_admitted
from services.volunteers.needs.domain.need import Need, NeedClosed, OfActivity
from services.volunteers.needs.domain.offers import NoSuchOffer
from services.volunteers.people.domain.volunteer import Volunteer, volunteer_id
from services.volunteers.requests.domain import HelpRequest

Decide = Callable[[Presence, datetime], Decision[Presence]]
Arrive = Callable[[datetime], Decision[Presence]]
IN_OFFICE = (Role.STAFF, Role.GRID_WORKER)


class Checking:
    """Check-ins and check-outs at all needs. `tries` limits wrong codes over all replicas."""

    def __init__(
        self,
        needs: Aggregates[Need],
        volunteers: Aggregates[Volunteer],
        care_plans: Aggregates[CarePlan],
        requests: Aggregates[HelpRequest],
        tries: Tries,
        time: CodeTime,
        clock: Clock,
    ) -> None:
        self._needs = needs
        self._volunteers = volunteers
        self._care_plans = care_plans
        self._requests = requests
        self._tries = tries
        self._time = time
        self._clock = clock

    async def known(self, id: str, by: Principal) -> Need:
        """The need `id`.

        Raises:
            UnknownAggregate: there is no such need in a community of `by`.
        """
        need = (await self._needs.get(id)).aggregate
        if need.community not in by.communities:
            raise UnknownAggregate(kind=self._needs.kind.name, id=id)
        return need

    async def shown(self, id: str, by: Principal) -> tuple[Need, str, datetime]:
        """The need, the digits of the code to show there, and the time until which they are taken.

        Raises:
            NotYours: the caller serves there, or is neither in office, nor the person whom the need is for, nor of
            their family.
            OfActivity: people check in at the activity.
            NotAtThisTime: there is no code now.
        """
        need = await self.known(id, by)
        if by.sub in need.volunteers or not await self._may_show(need, by):
            raise NotYours()
        _require_open(need)
        code = code_shown(await naming_with(self._needs.secret), need, self._clock(), self._time)
        if code is None:
            raise NotAtThisTime()
        return need, *code

    async def whom(self, id: str, person: str | None, by: Principal) -> tuple[Need, str]:
        """The need, and the person who checks in or out there: `person`, whom somebody in office has seen, else the
        caller.

        Raises:
            NotYours: the caller names somebody else and is not in office.
            NoSuchOffer: the person has no seat there.
            OfActivity, NeedClosed: people check in at the activity, or the need was cancelled.
        """
        need = await self.known(id, by)
        _require_open(need)
        whom = person or by.sub
        if whom != by.sub and not by.has(need.community, *IN_OFFICE):
            raise NotYours()
        if whom not in need.volunteers:
            raise NoSuchOffer()
        return need, whom

    async def seen(self, need: Need, person: str, typed: str | None, by: Principal) -> How:
        """The way in which it is known that `person` is there: by the code `typed`, or because `by` has seen them.

        Raises:
            NotYours: the caller checks in themselves and gives no code.
            WrongCode, TooManyTries: the code is not right, or was tried too often.
        """
        if person != by.sub:
            return How.SEEN
        if typed is None:
            raise NotYours()
        now = self._clock()
        async with self._tries.one(need.id, by.sub, now):
            if not is_right(await naming_with(self._needs.secret), need, typed, now, self._time):
                raise WrongCode()
        return How.CODE

    async def arriving(
        self, need: Need, person: str, how: How, by: Principal
    ) -> Callable[[datetime], Decision[Presence]]:
        """The decision of an arrival, to be made on the presence.

        Raises:
            NotEligible: a hard filter, which is named, refuses by now.
            NotAtThisTime: it is too early or too late.
        """
        now = self._clock()
        found = await self._volunteers.find(volunteer_id(need.community, person))
        refusal = not_admitted(need.asked_of(person), None if found is None else found.aggregate, now, SEATED)
        if refusal is not None:
            raise refusal
        if not self._time.holds(need, now):
            raise NotAtThisTime()
        seen_by = by.sub if how is How.SEEN else None
        return lambda now: arrive(need, person, how, seen_by, now, self._time.after)

    async def returning(self, need: Need, person: str, how: How, by: Principal) -> Decide:
        """The decision of an arrival whose presence had fallen away, to be made on that presence.

        Raises:
            The refusals of `arriving`.
        """
        await self.arriving(need, person, how, by)
        seen_by = by.sub if how is How.SEEN else None
        return lambda presence, now: arrive_again(presence, how, seen_by, now, self._time.after)

    @staticmethod
    def leaving(how: How, by: Principal) -> Decide:
        """The decision of a departure, to be made on the presence."""
        return lambda presence, now: leave(presence, how, by.sub if how is How.SEEN else None, now)

    @staticmethod
    def id_of(need: Need, person: str) -> str:
        """The id of the presence of `person` at `need`."""
        return presence_id(need, person)

    async def _may_show(self, need: Need, by: Principal) -> bool:
        if by.has(need.community, *IN_OFFICE):
            return True
        if need.origin is Origin.DIRECT and by.sub in need.barred:
            return True  # whom staff named as the person who is helped
        plan = None if need.care_plan is None else await self._care_plans.find(need.care_plan)
        request = None if need.request is None else await self._requests.find(need.request)
        return any(found is not None and found.aggregate.is_for(by.sub) for found in (plan, request))


def _require_open(need: Need) -> None:
    if need.origin is Origin.ACTIVITY:
        raise OfActivity()
    if need.status is NeedStatus.CANCELLED:
        raise NeedClosed(status=need.status.value)
