"""Puts the issues service together."""

from pydantic_settings import SettingsConfigDict

from services.chassis.service import Runtime, Service, Wiring
from services.chassis.settings import ServiceSettings
from services.chassis.sweeper import Sweep
from services.issues.api import routers
from services.issues.domain.aftermath import mark_overdue
from services.issues.store import INDEXES, KINDS, Store, overdue_cases
from services.issues.subscribers import handlers


class IssuesSettings(ServiceSettings):
    """The settings of issues: those of every service."""

    model_config = SettingsConfigDict(env_prefix="ISSUES_")


def wire(runtime: Runtime) -> Wiring:
    """The parts of the service, on `runtime`."""
    store = Store.of(runtime)
    return Wiring(
        routers=routers(store),
        handlers=handlers(store),
        sweeps=[Sweep("case-overdue", store.cases, overdue_cases, mark_overdue)],
        indexes=INDEXES,
    )


service = Service(
    name="issues",
    title="Sunshine Community: issues (cases, rounds, wishes)",
    settings=IssuesSettings,
    kinds=KINDS,
    wire=wire,
)
