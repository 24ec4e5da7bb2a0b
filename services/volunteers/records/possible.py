"""Tells which commands somebody may give to a certificate now: those that the rules would not refuse."""

from collections.abc import Callable, Mapping
from datetime import datetime
from types import MappingProxyType

from services.chassis.aggregate import Decision
from services.chassis.errors import CommunityError
from services.chassis.principal import Principal
from services.volunteers.records.domain import certificate as domain
from services.volunteers.records.domain.certificate import Because, ServiceCertificate
from services.volunteers.shared.trying import tried

Attempt = Callable[[ServiceCertificate, Principal, datetime], Decision[ServiceCertificate]]

TRIES: Mapping[str, Attempt] = MappingProxyType(
    {
        "refuse": lambda certificate, by, now: domain.refuse(certificate, Because(reason="-"), by, now),
        "revoke": lambda certificate, by, now: domain.revoke(certificate, Because(reason="-"), by, now),
    }
)
"""Each command as it would be tried; `issue` and `pdf`, which only reads, beside it."""


def possible(certificate: ServiceCertificate, by: Principal, now: datetime) -> list[str]:
    """The commands that `by` may give to `certificate` at `now`. Who its holder is, is asked when it is issued."""
    found = [name for name, attempt in TRIES.items() if tried(attempt, certificate, by, now)]
    if _may_issue(certificate, by, now):
        found.insert(0, "issue")
    return [*found, "pdf"] if certificate.code is not None else found


def _may_issue(certificate: ServiceCertificate, by: Principal, now: datetime) -> bool:
    try:
        domain.may_issue(certificate, by, now)
    except CommunityError:
        return False
    return True
