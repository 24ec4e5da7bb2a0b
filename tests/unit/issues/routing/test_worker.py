"""Training beside the service: in a process of its own, of which nothing stays, and nothing is loaded before."""

import asyncio
import multiprocessing
import os
import signal
import subprocess
import sys

import pytest

from services.contracts.issues.routing import Target
from services.issues.routing import worker
from services.issues.routing.domain.classifier import as_numbers
from services.issues.routing.domain.learning import Example
from tests.unit.issues.routing.complaints import KINDS, sentences
from tests.waiting import eventually

EXAMPLES = [
    Example(f"case-{kind}-{n}", text, kind, None) for kind in KINDS[:2] for n, text in enumerate(sentences(kind, 12))
]


def children() -> list[int]:
    """The processes that train now."""
    return [child.pid for child in multiprocessing.active_children() if child.name == "training" and child.pid]


async def test_training_in_another_process_gives_the_same_model_as_training_here() -> None:
    parts, told = await worker.trained(EXAMPLES, 0.4)
    here, told_here = worker.train_parts(EXAMPLES, 0.4)
    assert as_numbers(parts[Target.CATEGORY]) == as_numbers(here[Target.CATEGORY])
    assert told == told_here
    assert [(part.target, part.labels) for part in told] == [(Target.CATEGORY, 2), (Target.UNIT, 0)]
    await eventually(lambda: not children())


async def test_the_training_ends_when_nobody_waits_for_it_any_more() -> None:
    training = asyncio.create_task(worker.trained(EXAMPLES * 50, 0.4))
    await eventually(children)
    training.cancel()
    with pytest.raises(asyncio.CancelledError):
        await training
    await eventually(lambda: not children())


async def test_a_training_that_is_killed_is_told_of() -> None:
    training = asyncio.create_task(worker.trained(EXAMPLES * 50, 0.4))
    [pid] = await eventually(children)
    os.kill(pid, signal.SIGKILL)
    with pytest.raises(worker.TrainingDied):
        await training


def test_the_service_starts_without_the_library_that_trains() -> None:
    """It would take a hundred megabytes in every replica, for a training now and then in one of them."""
    look = "import sys, services.issues.app; sys.exit(any(n in sys.modules for n in ('sklearn', 'scipy', 'numpy')))"
    assert subprocess.run([sys.executable, "-c", look], check=False).returncode == 0
