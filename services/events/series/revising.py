"""Decides the change of a series that a request asks for. The papers that a rule asks of the series must be there."""

from collections.abc import Callable
from datetime import datetime

from services.chassis.aggregate import Decision
from services.chassis.principal import Principal
from services.chassis.values import local_date
from services.events.activities.domain.formalities import Formalities, Terms
from services.events.series.domain import changing
from services.events.series.domain.requests import ChangeSeries, Scope
from services.events.series.domain.series import Series

Decide = Callable[[Series, datetime], Decision[Series]]
"""Decides about a series at a time."""


def revising(body: ChangeSeries, by: Principal, formalities: Formalities) -> Decide:
    """What decides that a series is otherwise as `body` says. It raises what `changing.revise` raises, and
    `FormalitiesMissing` where the dates would then lack a paper."""

    def decide(found: Series, now: datetime) -> Decision[Series]:
        revision = body.revision(found, local_date(now))
        revised = changing.revise(found, revision, by, now, every=body.scope is Scope.ALL)
        new = revision.change.fields(found.details)
        then = Terms(found.kind, *(new.get(name, getattr(found, name)) for name in Terms._fields[1:]))
        formalities.require(then, found)
        return revised

    return decide
