"""The whole house on one page: which services there are and where each is put together."""

from importlib import import_module
from typing import Any

from services.chassis.service import Service

SERVICES: dict[str, str] = {
    "issues": "services.issues.app",
    "volunteers": "services.volunteers.app",
    "events": "services.events.app",
    "notify": "services.notify.app",
}

HOME = "notify"
"""Who answers at `/`: the notice board."""

PAGES: dict[str, str] = {"calendar": "events"}
"""Who answers at other paths for people: `/calendar/…`."""


def service(name: str) -> Service[Any]:
    """The service of that name.

    Raises:
        KeyError: there is none.
    """
    found: Service[Any] = import_module(SERVICES[name]).service
    return found
