"""The views of plans, of the answers about them, and of fairness in the API."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime

from pydantic import BaseModel, Field

from services.chassis.http.pages import PageView
from services.chassis.store.aggregates import Stored
from services.contracts.volunteers import PlanState
from services.volunteers.matching.answers import Outcome, Placing
from services.volunteers.matching.domain import Plan
from services.volunteers.matching.fairness import Fairness, Share
from services.volunteers.needs.domain.eligibility import Filter
from services.volunteers.shared.views import Identified, shown

BANDS = {
    "fill": ("名额与紧急程度", "seats filled, the urgent first"),
    "first": ("每项需求先有一人", "a first helper for every need"),
    "category": ("各类服务均衡", "no category left behind"),
    "building": ("各楼栋均衡", "no building left behind"),
    "again": ("希望仍由同一人服务", "the same people again, as the person wishes"),
    "keep": ("熟悉的志愿者", "somebody whom the person knows"),
    "load": ("工作量均衡", "work shared out evenly"),
    "near": ("就近", "nearby"),
    "like": ("与乐意同行的伙伴一起", "with somebody whom they like to serve with"),
    "lot": ("抽签", "a lot among equals"),
}
"""The bands of cost in words, the highest first."""


class BandView(BaseModel):
    """A cost in one band, in steps; fewer are better."""

    band: str
    steps: int
    zh: str
    en: str


class ProposalView(BaseModel):
    """Somebody who is to be asked. `due`: now; the others may still change. `why`: what the pair costs, by band."""

    need: str
    person: str
    due: bool
    why: list[BandView]


class PlanView(PlanState, Identified):
    """The plan of a community."""


class ProposalsView(PageView[ProposalView]):
    """A page of what the plan `plan` proposes."""

    plan: PlanView


class PlacingView(BaseModel):
    """Where somebody stands for a need: refused by a filter, proposed, or how much dearer a plan with them would be.

    `regret` is exact: what the best plan that has the pair costs more than the best of all, in the solver's units;
    `regret_by_band` tells the same in steps. `rank`, `of` and `regret` are told to staff alone.
    """

    need: str
    person: str
    refused: Filter | None
    proposed: bool
    why: list[BandView] | None
    rank: int | None = None
    of: int | None = None
    regret: int | None = None
    regret_by_band: list[BandView] | None = None


class OutcomeView(BaseModel):
    """The result of a plan."""

    seats: int
    filled: int
    without_helper: int = Field(description="Needs that have nobody, also with the plan.")
    filled_by_category: dict[str, int]


class WhatIfView(BaseModel):
    """The result of the plan now, and with the change that was asked about."""

    now: OutcomeView
    then: OutcomeView


class ShareView(BaseModel):
    """The seats of a group, and how many have a yes. `permille`: the share in thousandths."""

    group: str
    needs: int
    seats: int
    filled: int
    permille: int


class FairnessView(BaseModel):
    """Figures of fairness for needs that start in a stretch of time.

    Groups with fewer than five needs are left out. `gini` (thousandths): how unevenly minutes are spread among the
    `willing`; `idle` of them had none. `asked` for each `accepted`; `overrides`: asks by staff's own choice.
    """

    community: str
    since: datetime
    until: datetime
    needs: int
    seats: int
    filled: int
    without_helper: int
    by_category: list[ShareView]
    by_building: list[ShareView]
    by_age_band: list[ShareView]
    worst_category: int | None = Field(description="The least share of a category, in thousandths.")
    willing: int
    idle: int
    gini: int
    asked: int
    asks_per_yes: int | None = Field(description="Offers and invitations for each yes, in hundredths.")
    accepted: int
    overrides: int


def plan_view(stored: Stored[Plan]) -> PlanView:
    """The plan's figures."""
    return shown(PlanView, stored)


def bands_view(steps: Mapping[str, int]) -> list[BandView]:
    """Steps by band, with words, the highest band first."""
    return [BandView(band=band, steps=steps[band], zh=zh, en=en) for band, (zh, en) in BANDS.items() if band in steps]


def placing_view(need: str, person: str, placing: Placing, *, staff: bool) -> PlacingView:
    """Where somebody stands, without figures that lead to others where `staff` is false."""
    told = staff and placing.regret_steps is not None
    return PlacingView(
        need=need,
        person=person,
        refused=placing.refused,
        proposed=placing.proposed,
        why=None if placing.steps is None else bands_view(placing.steps),
        rank=placing.rank if told else None,
        of=placing.of if told else None,
        regret=placing.regret if told else None,
        regret_by_band=bands_view(placing.regret_steps) if told and placing.regret_steps is not None else None,
    )


def outcome_view(outcome: Outcome) -> OutcomeView:
    """The result of a plan."""
    return OutcomeView(**asdict(outcome))


def fairness_view(community: str, since: datetime, until: datetime, found: Fairness) -> FairnessView:
    """The figures, with the worst-served category."""
    names = ("by_category", "by_building", "by_age_band")
    shares = {name: [_share(share) for share in getattr(found, name)] for name in names}
    worst = min((share.permille for share in found.by_category), default=None)
    span = {"community": community, "since": since, "until": until}
    return FairnessView.model_validate({**asdict(found), **shares, **span, "worst_category": worst})


def _share(share: Share) -> ShareView:
    return ShareView(**asdict(share), permille=share.permille)
