"""Runs a command of the services and samples what its main thread does, by processor time: `costs` asks for it.

`python -m tests.bench.sampled FILE COMMAND…` runs `python -m services COMMAND…`. Each signal USR2 writes to FILE how
often each part was met until then. A sample belongs to the first of `PARTS` that stands on the stack.
"""

import json
import signal
import sys
from collections import Counter
from pathlib import Path
from types import FrameType

from services.__main__ import main

EVERY = 0.002
PARTS = {
    "rows": ("services/issues/reading/projection.py",),
    "counts": ("services/issues/reading/recounting.py",),
    "command": ("services/chassis/http/direct.py",),
    "border": ("services/chassis/http/", "/starlette/", "/fastapi/", "/uvicorn/"),
    "relay": ("services/chassis/relay/",),
    "subscriber": ("services/chassis/subscriber/", "/faststream/"),
    "Kafka client": ("/aiokafka/",),
    "MongoDB driver": ("/motor/", "/pymongo/", "services/chassis/store/"),
    "others": ("services/issues/", "services/chassis/"),
}
"""Each part with what the names of its files hold. What has none is the loop itself, with what it does for sockets."""

LOOP = "loop"


def part_of(files: list[str]) -> str:
    """The part to which a stack of these files belongs."""
    ours = [file for file in files if not file.endswith(_ENTRANCE)]
    return next((part for part, marks in PARTS.items() if any(mark in file for file in ours for mark in marks)), LOOP)


_ENTRANCE = ("services/commands/run.py", "services/__main__.py")


def _sample_into(met: Counter[str]) -> None:
    def sample(_signal: int, frame: FrameType | None) -> None:
        files = []
        while frame is not None:
            files.append(frame.f_code.co_filename)
            frame = frame.f_back
        met[part_of(files)] += 1

    signal.signal(signal.SIGPROF, sample)
    signal.siginterrupt(signal.SIGPROF, False)
    signal.setitimer(signal.ITIMER_PROF, EVERY, EVERY)


if __name__ == "__main__":
    told, found = Path(sys.argv[1]), Counter[str]()

    def tell(_signal: int, _frame: FrameType | None) -> None:
        part = told.with_suffix(".part")
        part.write_text(json.dumps(found))
        part.rename(told)

    signal.signal(signal.SIGUSR2, tell)
    _sample_into(found)
    sys.argv = ["services", *sys.argv[2:]]
    sys.exit(main())
