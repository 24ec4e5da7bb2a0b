"""The settings of events: those of every service, and those of its rooms."""

from services.events.activities.settings import ActivitySettings
from services.events.attendance.settings import AttendanceSettings
from services.events.pages.settings import PagesSettings
from services.events.pictures.settings import PictureSettings
from services.events.registrations.settings import RegistrationSettings


class EventsSettings(ActivitySettings, AttendanceSettings, RegistrationSettings, PictureSettings, PagesSettings):
    """What a deployment decides about events."""
