"""The settings of volunteers: those of every service, and those of its rooms."""

from pydantic_settings import SettingsConfigDict

from services.volunteers.attendance.settings import AttendanceSettings
from services.volunteers.hours.settings import HoursSettings
from services.volunteers.matching.settings import MatchingSettings
from services.volunteers.needs.settings import NeedsSettings
from services.volunteers.people.settings import PeopleSettings
from services.volunteers.records.settings import RecordsSettings
from services.volunteers.seats.settings import SeatsSettings


class VolunteersSettings(
    PeopleSettings, NeedsSettings, SeatsSettings, AttendanceSettings, HoursSettings, RecordsSettings, MatchingSettings
):
    """What a deployment decides about volunteers."""

    model_config = SettingsConfigDict(env_prefix="VOLUNTEERS_")
