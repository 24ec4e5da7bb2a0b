"""A plan on a real store: the old one or the new one stands whenever a process dies, and erasing reaches its pairs."""

import asyncio
from typing import Any

import pytest

from services.chassis.runtime import Runtime
from services.chassis.store.aggregates import Aggregates
from services.volunteers.matching.domain import Figures
from services.volunteers.matching.flow import Proposal
from services.volunteers.matching.plans import Plans
from services.volunteers.matching.staffing import Staffing
from services.volunteers.matching.store import PAIRS, PLAN
from services.volunteers.needs.domain.need import Need
from services.volunteers.people.domain.volunteer import Volunteer
from services.volunteers.settings import VolunteersSettings
from tests.integration.calling import Hand
from tests.integration.volunteers.stored import stored_need, stored_volunteer
from tests.unit.volunteers.world import DAY, HERE, HOUR, NOW

FIGURES = Figures(needs=2, seats=2, proposed=2, due=2, without_helper=0)


def proposals(*people: str) -> list[Proposal]:
    return [Proposal(f"need-{n}", f"v-{who}", who, True, {"keep": n}) for n, who in enumerate(people)]


@pytest.fixture
def plans(runtime: Runtime[VolunteersSettings], hand: Hand) -> Plans:
    return Plans(runtime.aggregates(PLAN), runtime.database, hand)


async def test_the_next_plan_takes_the_place_of_the_one_before(plans: Plans) -> None:
    await plans.publish(HERE, proposals("ann", "bob"), FIGURES)
    second = await plans.publish(HERE, proposals("eve"), FIGURES)
    again = await plans.publish(HERE, proposals("eve"), FIGURES)
    assert second.aggregate == again.aggregate
    assert second.aggregate.number == 2
    assert await plans.proposals(second.aggregate) == proposals("eve")
    assert await plans.proposals(second.aggregate, need="need-1") == []


async def test_a_death_in_the_middle_of_storing_leaves_the_old_plan_whole(
    plans: Plans, hand: Hand, monkeypatch: pytest.MonkeyPatch, runtime: Runtime[VolunteersSettings]
) -> None:
    old = (await plans.publish(HERE, proposals("ann", "bob"), FIGURES)).aggregate

    async def dies(*arguments: Any, **more: Any) -> None:
        raise asyncio.CancelledError

    with monkeypatch.context() as patched:
        patched.setattr(Aggregates, "change", dies)
        with pytest.raises(asyncio.CancelledError):
            await plans.publish(HERE, proposals("eve"), FIGURES)
    stands = await plans.current(HERE)
    assert stands is not None
    assert stands.aggregate == old
    assert await plans.proposals(stands.aggregate) == proposals("ann", "bob")
    hand.wait(2 * HOUR)
    new = (await plans.publish(HERE, proposals("eve"), FIGURES)).aggregate
    assert await plans.proposals(new) == proposals("eve")
    assert await runtime.database[PAIRS].count_documents({}) == 1  # what the dead process left behind is gone


async def test_two_processes_that_plan_at_once_leave_one_whole_plan(plans: Plans) -> None:
    await asyncio.gather(*(plans.publish(HERE, proposals(*["ann", "bob", "eve"][:n]), FIGURES) for n in (1, 2, 3)))
    stands = await plans.current(HERE)
    assert stands is not None
    assert len(await plans.proposals(stands.aggregate)) in (1, 2, 3)


async def test_somebody_who_is_erased_is_in_no_plan(plans: Plans) -> None:
    plan = (await plans.publish(HERE, proposals("ann", "bob"), FIGURES)).aggregate
    await plans.forget("ann", "erased-1", HERE)
    assert [made.person for made in await plans.proposals(plan)] == ["erased-1", "bob"]


async def test_what_is_not_due_is_planned_and_not_asked(
    staffing: Staffing, plans: Plans, needs: Aggregates[Need], volunteers: Aggregates[Volunteer], hand: Hand
) -> None:
    await stored_need(needs, "need-1", days=6)
    await needs.collection.update_one({"_id": "need-1"}, {"$set": {"state.ask_from": NOW + 3 * DAY}})
    await stored_volunteer(volunteers, "ann")
    assert await staffing.staff(HERE) == 0
    plan = await plans.current(HERE)
    assert plan is not None
    assert plan.aggregate.figures == Figures(needs=1, seats=1, proposed=1, due=0, without_helper=0)
    assert [(made.person, made.due) for made in await plans.proposals(plan.aggregate)] == [("ann", False)]
    hand.wait(3 * DAY)
    assert await staffing.staff(HERE) == 1
    assert await staffing.staff(HERE) == 0  # whoever was asked is not asked again, nor moved
