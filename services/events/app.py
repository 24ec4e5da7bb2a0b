"""Puts the events service together."""

from datetime import datetime, timedelta

from pydantic_settings import SettingsConfigDict

from services.chassis.aggregate import Decision
from services.chassis.principal import Role, system
from services.chassis.service import Runtime, Service, Wiring
from services.chassis.settings import ServiceSettings
from services.chassis.sweeper import Sweep
from services.events.api import routers
from services.events.domain import scheduling, series
from services.events.domain.activity import Activity
from services.events.store import INDEXES, KINDS, Store, to_complete, to_expand
from services.events.subscribers import handlers

_MINUTE = timedelta(minutes=1)


class EventsSettings(ServiceSettings):
    """The settings of events: those of every service."""

    model_config = SettingsConfigDict(env_prefix="EVENTS_")


def complete_by_itself(activity: Activity, now: datetime) -> Decision[Activity]:
    """As staff would: nobody has done it for hours."""
    return scheduling.complete(activity, system(activity.community, Role.STAFF), now)


def wire(runtime: Runtime) -> Wiring:
    """The parts of the service, on `runtime`."""
    store = Store.of(runtime)
    return Wiring(
        routers=routers(store, runtime.settings.public_url),
        handlers=handlers(store),
        sweeps=[
            Sweep("series-expansion", store.series, to_expand, series.expand, every=_MINUTE),
            Sweep("activity-completion", store.activities, to_complete, complete_by_itself, every=_MINUTE),
        ],
        indexes=INDEXES,
    )


service = Service(
    name="events",
    title="Sunshine Community: events (activities, series, registrations, attendance)",
    settings=EventsSettings,
    kinds=KINDS,
    wire=wire,
)
