"""The settings of events: those of every service, and those of its rooms."""

from services.events.attendance.settings import AttendanceSettings
from services.events.pages.settings import PagesSettings
from services.events.registrations.settings import RegistrationSettings


class EventsSettings(AttendanceSettings, RegistrationSettings, PagesSettings):
    """What a deployment decides about events."""
