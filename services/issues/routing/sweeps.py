"""The sweeps of routing: they train models, do rehearsals and count the accuracy."""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from services.chassis.aggregate import Decision
from services.chassis.clock import Clock
from services.chassis.errors import AlreadyExists, Unavailable
from services.chassis.principal import SYSTEM
from services.chassis.store.aggregates import Aggregates, Cause
from services.chassis.store.mongo import PyMongoError
from services.chassis.values import ZONE
from services.contracts.issues.routing import ModelStatus, PartFigures
from services.issues.cases.domain.case import Case
from services.issues.routing.dispatches import Dispatches
from services.issues.routing.domain.accuracy import PERIOD, DispatchAccuracy, accuracy_id, figures, publish
from services.issues.routing.domain.model import FAILED, NOT_ENOUGH, RoutingModel, conclude
from services.issues.routing.domain.policy import replace_model, routing_id
from services.issues.routing.domain.rehearsal import Rehearsal, RehearsalReport, finish
from services.issues.routing.examples import are_all_there, examples_of
from services.issues.routing.rehearsal import rehearse
from services.issues.routing.store import RoutingKept
from services.issues.routing.suggester import Suggester
from services.issues.routing.worker import trained

log = logging.getLogger(__name__)

_AT_ONCE = 20


@dataclass(frozen=True)
class Training:
    """Trains the models that somebody asked for, one after the other, each in a process of its own."""

    cases: Aggregates[Case]
    kept: RoutingKept
    name: str = "routing-training"
    every: timedelta = timedelta(seconds=1)

    async def once(self, clock: Clock) -> int:
        """Train every model that is asked for. Returns how many."""
        asked = {"state.status": ModelStatus.ASKED}
        page = await self.kept.models.select(asked, descending=False, limit=_AT_ONCE)
        for stored in page.items:
            await self._train(stored.aggregate)
        return len(page.items)

    async def _train(self, model: RoutingModel) -> None:
        try:
            await self._tried(model)
        except (Unavailable, PyMongoError):
            raise
        except Exception:  # one community's data must not stop the trainings of all
            log.exception("training failed", extra={"model": model.id})
            await self._conclude(model, (), FAILED)

    async def _tried(self, model: RoutingModel) -> None:
        kept = self.kept
        examples = await examples_of(
            self.cases.collection,
            model.community,
            corrected=await kept.corrected(model.community),
            by_platform=await kept.filed_by_platform(model.community),
        )
        threshold = (await kept.routing_of(model.community)).threshold
        parts, told = await trained(examples, threshold)
        if parts:
            learnt = [example.case for example in examples]
            await kept.weights.keep(model.id, parts, learnt)
            if not await are_all_there(self.cases.collection, learnt):
                await kept.weights.destroy(model.id)
                return  # somebody was erased meanwhile: the model stays asked for, and is trained without their words
        await self._conclude(model, told, None if parts else NOT_ENOUGH)

    async def _conclude(self, model: RoutingModel, told: tuple[PartFigures, ...], refusal: str | None) -> None:
        kept, cause = self.kept, Cause(SYSTEM, f"sweep.{self.name}")
        stands = await kept.models.change(model.id, lambda m, now: conclude(m, told, refusal, now), cause)
        if stands.aggregate.replaces is not None and await kept.routings.find(routing_id(model.community)):
            await kept.routings.change(
                routing_id(model.community), lambda r, now: replace_model(r, stands.aggregate, SYSTEM), cause
            )


@dataclass(frozen=True)
class Rehearsing:
    """The sweep that does the rehearsals which somebody asked for."""

    cases: Aggregates[Case]
    suggester: Suggester
    name: str = "rehearsal"
    every: timedelta = timedelta(seconds=1)

    async def once(self, clock: Clock) -> int:
        """Do every rehearsal that is asked for. Returns how many."""
        kept, cause = self.suggester.kept.rehearsals, Cause(SYSTEM, f"sweep.{self.name}")
        page = await kept.select({"state.done_at": None}, descending=False, limit=_AT_ONCE)
        for stored in page.items:
            report = await self._report(stored.aggregate)
            await kept.change(stored.aggregate.id, partial(_finished, report), cause)
        return len(page.items)

    async def _report(self, rehearsal: Rehearsal) -> RehearsalReport:
        try:
            return await rehearse(self.cases, self.suggester, rehearsal)
        except (Unavailable, PyMongoError):
            raise
        except Exception:  # one rehearsal must not stop those of all
            log.exception("rehearsal failed", extra={"rehearsal": rehearsal.id})
            return RehearsalReport(failed=True)


def _finished(report: RehearsalReport, rehearsal: Rehearsal, now: datetime) -> Decision[Rehearsal]:
    return finish(rehearsal, report, now)


@dataclass(frozen=True)
class AccuracyCounting:
    """The sweep that publishes each community's dispatch accuracy of the last 90 days, once a day in Asia/Shanghai."""

    kept: RoutingKept
    name: str = "dispatch-accuracy"
    every: timedelta = timedelta(minutes=1)

    async def once(self, clock: Clock) -> int:
        """Count the accuracy of every community that was not counted today. Returns how many."""
        counted = 0
        for community in await self.kept.dispatches.communities():
            found = await self.kept.accuracies.find(accuracy_id(community))
            now = clock()
            if found is None or _day(found.aggregate.until) != _day(now):
                await self._publish(community, now, is_first=found is None)
                counted += 1
        return counted

    async def _publish(self, community: str, now: datetime, *, is_first: bool) -> None:
        kept, cause = self.kept, Cause(SYSTEM, f"sweep.{self.name}")
        fresh = await accuracy_of(kept.dispatches, community, now - PERIOD, now)
        if is_first:
            try:
                await kept.accuracies.create(fresh.id, lambda _: publish(fresh), cause)
            except AlreadyExists:
                return
        else:
            await kept.accuracies.change(fresh.id, lambda _, now: publish(fresh), cause)


async def accuracy_of(dispatches: Dispatches, community: str, since: datetime, until: datetime) -> DispatchAccuracy:
    """The accuracy of a community's dispatches from `since` until before `until`, counted now."""
    return figures(community, since, until, await dispatches.counted(community, since, until))


def _day(moment: datetime) -> str:
    return f"{moment.astimezone(ZONE):%Y-%m-%d}"
