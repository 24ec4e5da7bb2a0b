"""Puts the issues service together."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from services.chassis.service import Runtime, Service, Wiring
from services.chassis.sweeper import Sweep
from services.issues.api import routers
from services.issues.domain.aftermath import mark_overdue
from services.issues.domain.roundplans import advance
from services.issues.recount import Recount
from services.issues.routing.work import routing_sweeps
from services.issues.settings import PrivacySettings
from services.issues.store import INDEXES, KINDS, Store, overdue_cases, plans_to_advance
from services.issues.subscribers import handlers


class IssuesSettings(PrivacySettings):
    """The settings of issues: those of every service, and what its own rooms ask for."""

    model_config = SettingsConfigDict(env_prefix="ISSUES_")

    report_page: str | None = Field(default=None, max_length=500, pattern=r"^https?://[^\s{}]+\{place\}[^\s{}]*$")
    """A frontend's page for reports, `{place}` in it, where people land who scan a sticker. None: a page of our own."""
    kpi_formulas: Path | None = None
    """A JSON file of formulas and weights, as `GET /api/issues/v1/kpis/formulas` shows them. None: our own."""


def wire(runtime: Runtime) -> Wiring:
    """The parts of the service, on `runtime`."""
    store = Store.of(runtime)
    return Wiring(
        routers=routers(store),
        handlers=handlers(store),
        sweeps=[
            Sweep("case-overdue", store.cases, overdue_cases, mark_overdue),
            Recount(store, runtime.database),
            store.reading.projection,
            *routing_sweeps(store),
            Sweep("round-plans", store.round_plans, plans_to_advance, advance),
        ],
        indexes=INDEXES,
    )


service = Service(
    name="issues",
    title="Sunshine Community: issues (cases, rounds, wishes)",
    settings=IssuesSettings,
    kinds=KINDS,
    wire=wire,
)
