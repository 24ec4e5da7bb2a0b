"""Puts the volunteers service together."""

from collections.abc import Sequence
from datetime import timedelta
from functools import partial

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from services.chassis.erasure_answers import erasure_answers
from services.chassis.room import Room
from services.chassis.runtime import Runtime
from services.chassis.service import Service
from services.chassis.settings.service_settings import ServiceSettings
from services.chassis.sweeper import Sweep
from services.contracts.notices import PersonErasureRequested
from services.contracts.volunteers import PersonDataErased
from services.volunteers.api import routers
from services.volunteers.care.domain.plans import raise_visits
from services.volunteers.erasure import erase
from services.volunteers.matching.staffing import Staffing
from services.volunteers.needs.domain.homes import Window
from services.volunteers.needs.domain.needs import lapse
from services.volunteers.needs.domain.seating import expire
from services.volunteers.needs.homes import Homes
from services.volunteers.store import ERASURE, INDEXES, KINDS, Store, to_expire, to_lapse, to_raise
from services.volunteers.subscribers import reactions


class VolunteersSettings(ServiceSettings):
    """The settings of volunteers: those of every service, and how people are asked."""

    model_config = SettingsConfigDict(env_prefix="VOLUNTEERS_")

    offer_hours: float = Field(default=24.0, gt=0, le=24 * 14)
    """A seat is held for so long for an answer; never beyond its start."""
    home_hours_before: float = Field(default=24.0, ge=0, le=24 * 14)
    """Where an elder lives is told to who has a seat in the visit from so long before its start …"""
    home_hours_after: float = Field(default=2.0, ge=0, le=24 * 14)
    """… until so long after its end."""
    staffing_seconds: float = Field(default=15.0, gt=0, le=3600)
    """Everything open is looked at again after this time, also where nothing has happened."""


def rooms(runtime: Runtime[VolunteersSettings]) -> Sequence[Room]:
    """The rooms of the service, on `runtime`."""
    store = Store.of(runtime)
    staffing = Staffing(
        store,
        offer_stands=timedelta(hours=runtime.settings.offer_hours),
        every=timedelta(seconds=runtime.settings.staffing_seconds),
    )
    window = Window(
        before=timedelta(hours=runtime.settings.home_hours_before),
        after=timedelta(hours=runtime.settings.home_hours_after),
    )
    return [
        Room(
            "volunteers",
            kinds=[kind for kind in KINDS if kind is not ERASURE],
            routers=routers(store, staffing, Homes(store, window)),
            reactions=lambda table: reactions(table, store, staffing),
            sweeps=[
                Sweep("offer-expiry", store.needs, to_expire, expire),
                Sweep("need-lapse", store.needs, to_lapse, lapse),
                Sweep("care-visits", store.care_plans, to_raise, raise_visits),
            ],
            indexes=INDEXES,
            erase=partial(erase, store),
            tasks=[staffing.run],
        ),
        erasure_answers(runtime, ERASURE, PersonErasureRequested, PersonDataErased),
    ]


service = Service(
    name="volunteers",
    title="Sunshine Community: volunteers (people, teams, care plans, needs, hours)",
    settings=VolunteersSettings,
    kinds=KINDS,
    rooms=rooms,
)
