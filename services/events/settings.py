"""The settings of events: those of every service, and those of its rooms."""

from services.events.attendance.settings import AttendanceSettings


class EventsSettings(AttendanceSettings):
    """What a deployment decides about events."""
