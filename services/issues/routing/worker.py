"""Trains models in a process of its own, so that requests are answered meanwhile and its memory is freed afterwards.

The process is started anew, is given nothing but the examples, runs at a lower priority than the service, and ends with
the training or with the process that asked for it.
"""

import asyncio
import multiprocessing
import os
from collections.abc import Sequence
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess

from services.contracts.issues.routing import PartFigures, Target
from services.issues.routing.domain.classifier import Model
from services.issues.routing.domain.learning import Example, figures, lesson

Trained = tuple[dict[Target, Model], tuple[PartFigures, ...]]

_CONTEXT = multiprocessing.get_context("spawn")
_NICENESS = 3


class TrainingDied(Exception):
    """The process ended without an answer: killed, or out of memory."""


async def trained(examples: Sequence[Example], threshold: float) -> Trained:
    """Train in another process. Returns the parts that could be trained, and the figures of all parts, which tell why
    one could not.

    Raises:
        TrainingDied: the process ended without an answer.
    """
    here, there = _CONTEXT.Pipe(duplex=False)
    process = _CONTEXT.Process(target=_train, args=(there, tuple(examples), threshold), name="training", daemon=True)
    try:
        return await asyncio.to_thread(_result, process, here, there)
    finally:
        if process.pid is not None:
            process.kill()


def _result(process: SpawnProcess, here: Connection, there: Connection) -> Trained:
    with here:
        with there:
            process.start()
        try:
            result: Trained = here.recv()
        except EOFError:
            raise TrainingDied from None
        process.join()
    return result


def _train(answer: Connection, examples: Sequence[Example], threshold: float) -> None:
    os.nice(_NICENESS)
    answer.send(train_parts(examples, threshold))


def train_parts(examples: Sequence[Example], threshold: float) -> Trained:
    """Train in this process, with the result of `trained`. This loads scikit-learn."""
    from services.issues.routing.training import train

    parts: dict[Target, Model] = {}
    told: list[PartFigures] = []
    for target in Target:
        made = train(examples, target, threshold)
        if made is None:
            told.append(figures(target, lesson(examples, target), (), threshold))
        else:
            parts[target] = made[0]
            told.append(made[1])
    return parts, tuple(told)
