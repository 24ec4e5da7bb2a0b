"""What a lane of the relay has to do next: documents that its process hands over, and whether to look for others."""

import asyncio
import time
from contextlib import suppress

from services.chassis.store.mongo import Document

_AT_MOST = 2000
"""So many documents are kept; whatever is handed over beyond them is looked for in the store."""

_CROWD = 3
_PAUSE_EACH = 0.002
_LONGEST_PAUSE = 0.1


class HandedOver:
    """Documents that this process has committed since the last pass of a lane. They need not be read from the store.

    A document holds all that waits in its outbox. Documents that were dropped, or never handed over, lie in the store,
    where a look finds them.
    """

    def __init__(self) -> None:
        self._woken = asyncio.Event()
        self._documents: list[Document] = []
        self._look = True
        self._looked = 0.0
        self._commits = 0
        self._crowded = False

    def add(self, document: Document | None) -> None:
        """Something was committed: `document`, or else something that the lane has to look for."""
        self._commits += 1
        if document is None or len(self._documents) >= _AT_MOST:
            self._look = True
        else:
            self._documents.append(document)
        self.wake()

    def take(self) -> list[Document]:
        """The documents handed over until now; they are not kept any longer."""
        taken, self._documents = self._documents, []
        return taken

    def drop(self) -> None:
        """Keep no document: the lane does not lead, or has just begun to. It looks for all of them."""
        self._documents.clear()
        self._look = True

    def look(self) -> None:
        """The next pass looks for documents."""
        self._look = True

    def look_now(self) -> None:
        """The same, and the next pass begins at once."""
        self._look = True
        self.wake()

    def is_time_to_look(self, every: float) -> bool:
        """Whether this pass looks for documents: it was told to, or the last look was `every` seconds ago."""
        now = time.monotonic()
        if not self._look and now - self._looked < every:
            return False
        self._look, self._looked = False, now
        return True

    def wake(self) -> None:
        """The next pass begins at once."""
        self._woken.set()

    def begin_pass(self) -> None:
        """Whatever comes from now on begins another pass."""
        self._woken.clear()

    async def wait(self, seconds: float) -> None:
        """Wait for something to do, at most so long."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._woken.wait(), seconds)
        await self._let_a_crowd_gather()

    async def _let_a_crowd_gather(self) -> None:
        """Under many commands a second, small rounds would cost more than they carry: wait for more to come along.

        This is done only where the crowd lasts: commands that were held up and come all at once have waited enough.
        """
        crowd, self._commits = self._commits, 0
        lasts, self._crowded = self._crowded, crowd >= _CROWD
        if lasts and self._crowded:
            await asyncio.sleep(min(crowd * _PAUSE_EACH, _LONGEST_PAUSE))
