"""The things of which a service puts itself together: its database, clock, metrics, and the erasing of people."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from services.chassis.aggregate import Aggregate
from services.chassis.clock import Clock
from services.chassis.settings.service_settings import ServiceSettings
from services.chassis.store.aggregates import Aggregates, Committed, Kind
from services.chassis.store.gone import Gone
from services.chassis.store.journal import Journal
from services.chassis.store.mongo import Database
from services.chassis.store.secret import Secret, kept_in
from services.chassis.store.throttle import Throttle
from services.chassis.subscriber.erasure import Erasing, Traces
from services.chassis.telemetry.metrics import Metrics

A = TypeVar("A", bound=Aggregate)
S_co = TypeVar("S_co", bound=ServiceSettings, covariant=True)


@dataclass(slots=True)
class Runtime(Generic[S_co]):
    """The things of which a service puts itself together. A room declares by the type of `settings` which settings it
    needs.

    `kinds` are the aggregates of the service. A copy of a runtime would have tombstones of its own, which nobody reads
    ahead: hand on the one there is.
    """

    settings: S_co
    clock: Clock
    database: Database
    journal: Journal
    metrics: Metrics
    relays: dict[str, Committed]
    kinds: Sequence[Kind[Any]] = ()
    throttle: Throttle = field(default_factory=Throttle)
    """What holds commands of people back; a service gives it the pressure of what may fall behind."""
    secret: Secret | None = None
    """The secret behind names. Without another, it is one that is kept in the database."""
    gone: Gone = field(init=False)
    """The tombstones of the service."""
    traces: Traces = field(init=False)
    """What the chassis keeps of people beside the aggregates of `kinds`."""
    erasing: Erasing = field(init=False)
    """Erases people; every room adds what it keeps of them."""

    def __post_init__(self) -> None:
        self.secret = self.secret or kept_in(self.database)
        self.gone = self.journal.gone = Gone(self.database, self.clock)
        self.traces = Traces(self.gone, self.journal, self.database, self.kinds)
        self.erasing = Erasing(self.traces)

    def aggregates(self, kind: Kind[A], *, of_people: bool = False) -> Aggregates[A]:
        """The aggregates of `kind` in this service's own database. `of_people`: each is a person, and knows itself
        whether anything may still be written about them."""
        return Aggregates(
            kind,
            self.database,
            self.clock,
            lambda found: self.relays[kind.collection](found),
            self.metrics.command,
            self.throttle,
            self.secret,
            None if of_people else self.gone,
        )
