"""A service that kills itself at a given point: `python -m tests.faults.victim POINT AFTER run issues --port N`.

The product has no hooks for faults; this process replaces one function with a wrapper that sends SIGKILL, and then runs
the product's own command. POINT:

before-send    events are committed and read, nothing is sent yet (between the write and the publish)
before-clear   Kafka and the journal have them, the outbox does not know (between publish and clearing)
before-commit  effects are stored, offsets are not committed
"""

import os
import signal
import sys
from collections.abc import Callable
from typing import Any

from services import __main__ as command
from services.chassis.kafka.producer import Producer
from services.chassis.relay import completion
from services.chassis.subscriber.consumer import Consumer

POINTS: dict[str, tuple[Any, str]] = {
    "before-send": (Producer, "send"),
    "before-clear": (completion, "clearing"),
    "before-commit": (Consumer, "_commit"),
}


def arm(point: str, after: int) -> None:
    """Let the `after`-th call of the function at `point` be the end of this process."""
    owner, name = POINTS[point]
    original: Callable[..., Any] = getattr(owner, name)
    calls = 0

    def fatal(*args: Any, **kwargs: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls >= after:
            os.kill(os.getpid(), signal.SIGKILL)
        return original(*args, **kwargs)

    setattr(owner, name, fatal)


if __name__ == "__main__":
    arm(sys.argv[1], int(sys.argv[2]))
    sys.argv = ["services", *sys.argv[3:]]
    sys.exit(command.main())
