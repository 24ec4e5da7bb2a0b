"""Tells which commands somebody may give to a request for help now: those that its rules would not refuse."""

from collections.abc import Callable, Mapping
from datetime import datetime

from services.chassis.aggregate import Decision
from services.chassis.principal import Principal
from services.volunteers.requests import domain
from services.volunteers.requests.domain import Grant, HelpRequest, Refuse
from services.volunteers.shared.trying import tried

TRIES: Mapping[str, Callable[[HelpRequest, Principal, datetime], Decision[HelpRequest]]] = {
    "grant": lambda request, by, now: domain.grant(request, Grant(), by, now),
    "refuse": lambda request, by, now: domain.refuse(request, Refuse(reason="-"), by, now),
    "withdraw": domain.withdraw,
}
"""Each command as it would be tried."""


def possible(request: HelpRequest, by: Principal, now: datetime) -> list[str]:
    """The commands that `by` may give to `request` at `now`."""
    return [name for name, attempt in TRIES.items() if tried(attempt, request, by, now)]
