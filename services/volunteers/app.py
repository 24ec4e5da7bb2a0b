"""Puts the volunteers service together."""

from datetime import timedelta

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from services.chassis.service import Runtime, Service, Wiring
from services.chassis.settings.service_settings import ServiceSettings
from services.chassis.sweeper import Sweep
from services.volunteers.api import routers
from services.volunteers.domain.care import raise_visits
from services.volunteers.domain.homes import Window
from services.volunteers.domain.needs import lapse
from services.volunteers.domain.seating import expire
from services.volunteers.homes import Homes
from services.volunteers.staffing import Staffing
from services.volunteers.store import INDEXES, KINDS, Store, to_expire, to_lapse, to_raise
from services.volunteers.subscribers import handlers


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


def wire(runtime: Runtime[VolunteersSettings]) -> Wiring:
    """The parts of the service, on `runtime`."""
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
    return Wiring(
        routers=routers(store, staffing, Homes(store, window)),
        handlers=handlers(store, staffing),
        sweeps=[
            Sweep("offer-expiry", store.needs, to_expire, expire),
            Sweep("need-lapse", store.needs, to_lapse, lapse),
            Sweep("care-visits", store.care_plans, to_raise, raise_visits),
        ],
        indexes=INDEXES,
        tasks=[staffing.run],
    )


service = Service(
    name="volunteers",
    title="Sunshine Community: volunteers (people, teams, care plans, needs, hours)",
    settings=VolunteersSettings,
    kinds=KINDS,
    wire=wire,
)
