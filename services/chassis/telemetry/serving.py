"""For which service the running code acts: several may share one process, and logs and spans must tell them apart."""

from contextvars import ContextVar
from dataclasses import dataclass

from opentelemetry.trace import Tracer


@dataclass(frozen=True, slots=True)
class Serving:
    """A service, and who records its spans; without a tracer trace ids are passed on and nothing is recorded."""

    service: str
    tracer: Tracer | None = None


_serving: ContextVar[Serving | None] = ContextVar("serving", default=None)


def serve_as(serving: Serving) -> None:
    """From here on, in this task and those it starts, the code acts for `serving`."""
    _serving.set(serving)


def serving() -> Serving | None:
    """The service for which the running code acts; None where it acts for none."""
    return _serving.get()
