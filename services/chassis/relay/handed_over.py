"""Tells a lane of the relay its next work: documents that its own process hands over, and whether to look for others in
the store."""

import asyncio
import time

from services.chassis.store.mongo import Document

_AT_MOST = 2000
"""The most documents that are kept; further ones are looked for in the store."""

_CROWD = 3
_PAUSE_EACH = 0.002
_LONGEST_PAUSE = 0.1


def until_turn(now: float, every: float, share: float) -> float:
    """The seconds from `now` to the next turn of a lane that looks `every` so many seconds, in its own `share` of them
    (from 0 to 1). Where each has another share, they do not all look in the same moment."""
    return every - (now - share * every) % every


class HandedOver:
    """Documents that this process has committed since the last pass of a lane, which need not be read from the store.

    A document comes with its whole outbox. A look, which is a query for documents with an outbox, finds those that were
    dropped or never handed over.
    """

    def __init__(self) -> None:
        self._woken = asyncio.Event()
        self._documents: list[Document] = []
        self._look = True
        self._looked = 0.0
        self._commits = 0
        self._crowded = False

    def add(self, document: Document | None) -> None:
        """Note a commit: of `document`, or (None) of a document that the lane has to look for."""
        self._commits += 1
        if document is None or len(self._documents) >= _AT_MOST:
            self._look = True
        else:
            self._documents.append(document)
        self.wake()

    def take(self) -> list[Document]:
        """Return the documents handed over until now, and keep them no longer."""
        taken, self._documents = self._documents, []
        return taken

    def drop(self) -> None:
        """Forget all documents, so that the next pass looks for them: the lane does not lead, or has just begun to."""
        self._documents.clear()
        self._look = True

    def look(self) -> None:
        """Let the next pass look for documents."""
        self._look = True

    def look_now(self) -> None:
        """Let the next pass look for documents, and begin at once."""
        self._look = True
        self.wake()

    def is_time_to_look(self, every: float) -> bool:
        """Whether this pass looks for documents: because it was told to, or because the last look was `every` seconds
        ago."""
        now = time.monotonic()
        if not self._look and now - self._looked < every:
            return False
        self._look, self._looked = False, now
        return True

    def wake(self) -> None:
        """Let the next pass begin at once."""
        self._woken.set()

    def begin_pass(self) -> None:
        """Begin a pass: documents that come from now on cause another one."""
        self._woken.clear()

    async def wait(self, seconds: float) -> None:
        """Wait until there is work, for at most `seconds`, after which the next pass looks for some."""
        try:
            await asyncio.wait_for(self._woken.wait(), seconds)
        except TimeoutError:
            self._look = True
        await self._let_a_crowd_gather()

    async def _let_a_crowd_gather(self) -> None:
        """Wait a moment for more commits where there are many each second, because many small rounds cost more than few
        large ones.

        The wait is left out unless the pass before was crowded too: commands that were held up and come all at once
        have waited enough.
        """
        crowd, self._commits = self._commits, 0
        lasts, self._crowded = self._crowded, crowd >= _CROWD
        if lasts and self._crowded:
            await asyncio.sleep(min(crowd * _PAUSE_EACH, _LONGEST_PAUSE))
