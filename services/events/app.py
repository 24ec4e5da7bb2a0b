"""Puts the events service together."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from services.chassis.aggregate import Decision
from services.chassis.erasure_answers import erasure_answers
from services.chassis.principal import Role, system
from services.chassis.room import Room
from services.chassis.runtime import Runtime
from services.chassis.service import Service
from services.chassis.settings.service_settings import ServiceSettings
from services.chassis.sweeper import Sweep
from services.contracts.activities import PersonErasedFromActivities
from services.contracts.notices import PersonErasureRequested
from services.events.activities.api import routers
from services.events.activities.domain import scheduling
from services.events.activities.domain.activity import Activity
from services.events.activities.erasure import erase
from services.events.activities.store import ERASURE, INDEXES, KINDS, Store, to_complete, to_expand
from services.events.attendance.domain.codes import CodeTime
from services.events.attendance.tries import COLLECTION, Limits, Tries
from services.events.series.domain import series
from services.events.series.reactions import reactions

_MINUTE = timedelta(minutes=1)


class EventsSettings(ServiceSettings):
    """The settings of events: those of every service, and when and how often codes may be tried."""

    model_config = SettingsConfigDict(env_prefix="EVENTS_")

    code_minutes_before: float = Field(default=60.0, ge=0, le=24 * 60)
    """An activity's check-in code exists from so long before its start …"""
    code_minutes_after: float = Field(default=60.0, ge=0, le=24 * 60)
    """… until so long after its end."""
    code_tries_per_person: int = Field(default=5, ge=1, le=1000)
    """So many wrong codes of one person for one activity within `code_tries_minutes`, over all replicas."""
    code_tries_per_activity: int = Field(default=100, ge=1, le=100_000)
    """So many of everybody."""
    code_tries_minutes: float = Field(default=30.0, gt=0, le=24 * 60)


def complete_by_itself(activity: Activity, now: datetime) -> Decision[Activity]:
    """As staff would: nobody has done it for hours."""
    return scheduling.complete(activity, system(activity.community, Role.STAFF), now)


def rooms(runtime: Runtime[EventsSettings]) -> Sequence[Room]:
    """The rooms of the service, on `runtime`."""
    store = Store.of(runtime)
    settings = runtime.settings
    time = CodeTime(
        before=timedelta(minutes=settings.code_minutes_before), after=timedelta(minutes=settings.code_minutes_after)
    )
    limits = Limits(
        person=settings.code_tries_per_person,
        activity=settings.code_tries_per_activity,
        within=timedelta(minutes=settings.code_tries_minutes),
    )
    tries = Tries(runtime.database[COLLECTION], store.activities.secret, limits)
    return [
        Room(
            "events",
            kinds=[kind for kind in KINDS if kind is not ERASURE],
            routers=routers(store, settings.public_url, time, tries),
            reactions=lambda table: reactions(table, store),
            sweeps=[
                Sweep("series-expansion", store.series, to_expand, series.expand, every=_MINUTE),
                Sweep("activity-completion", store.activities, to_complete, complete_by_itself, every=_MINUTE),
            ],
            indexes=INDEXES,
            erase=partial(erase, store),
        ),
        erasure_answers(runtime, ERASURE, PersonErasureRequested, PersonErasedFromActivities),
    ]


service = Service(
    name="events",
    title="Sunshine Community: events (activities, series, registrations, attendance)",
    settings=EventsSettings,
    kinds=KINDS,
    rooms=rooms,
)
