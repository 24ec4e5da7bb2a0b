"""The plan of a community as it is kept: its figures, and the edition under which its pairs are stored.

The pairs are stored first, under an edition of their own, and one write then makes the plan point to them. So whoever
reads sees the old plan or the new one and never a part of either, wherever a process dies.
"""

from datetime import datetime

from services.chassis.aggregate import Aggregate, Decision, decided, derived_id, event_from
from services.contracts.marks import Thing
from services.contracts.value import Value
from services.contracts.volunteers import PlanMade, PlanState


class Figures(Value):
    """The figures of a plan, under the names of `PlanState`."""

    needs: int
    seats: int
    proposed: int
    due: int
    without_helper: int


class Plan(Aggregate):
    """The plan of the coming days: who is to be asked for which need. Plans with the same `digest` have the same
    content."""

    number: int
    edition: Thing[str]
    digest: Thing[str]
    made_at: datetime
    figures: Figures

    def public(self) -> PlanState:
        return PlanState(number=self.number, made_at=self.made_at, **self.figures.model_dump())


def plan_id(community: str) -> str:
    """The id of a community's plan: one each."""
    return derived_id("plan", community)


def first(community: str, edition: str, digest: str, figures: Figures, now: datetime) -> Decision[Plan]:
    """The first plan of a community."""
    plan = Plan(
        id=plan_id(community),
        community=community,
        number=1,
        edition=edition,
        digest=digest,
        figures=figures,
        made_at=now,
    )
    return decided(plan, _told(plan))


def replace(plan: Plan, edition: str, digest: str, figures: Figures, now: datetime) -> Decision[Plan]:
    """Another plan takes the place of `plan`. One that says the same changes nothing."""
    if digest == plan.digest and figures == plan.figures:
        return decided(plan)
    made = {"number": plan.number + 1, "edition": edition, "digest": digest, "figures": figures, "made_at": now}
    changed = plan.model_copy(update=made)
    return decided(changed, _told(changed))


def _told(plan: Plan) -> PlanMade:
    return event_from(PlanMade, plan, **plan.figures.model_dump())
