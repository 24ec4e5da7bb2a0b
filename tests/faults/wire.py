"""A network that a test may cut, hold up and slow down: a port of the loopback interface that leads to another.

It works without any privilege. What was sent before a cut may arrive after it, as what a kernel still has in its
buffers does: `keep_back` takes the bytes from the sender, and `deliver` brings them to the other side, even where the
sender has long given up.
"""

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from deploy.local.ports import Claim


class Wire:
    """The way to 127.0.0.1:`target`. All of its work is done in a thread of its own."""

    def __init__(self, target: Callable[[], int]) -> None:
        self._claim = Claim()
        self.port = self._claim.port
        self._target = target
        self._links: set[_Link] = set()
        self.held = False
        self.down = False
        self.delay = 0.0
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="wire", daemon=True)
        self._thread.start()
        self._server: asyncio.Server = self._do(self._listen())

    def cut(self) -> None:
        """Connections are reset, new ones are refused; bytes kept back before stay kept back."""
        self._do(self._cut())

    def reopen(self) -> None:
        """After `cut`: connections are taken again, and what was kept back stays so."""
        self.held = self.down = False

    def keep_back(self, *, new: bool = False) -> None:
        """What is sent from now on, in both directions, is taken and not delivered.

        Args:
            new: on connections made later too; otherwise these are as good as ever.
        """
        self._do(self._keep_back(new))

    def deliver(self) -> None:
        """Bring what was kept back to where it was going."""
        self._do(self._deliver())

    def slow_down(self, seconds: float) -> None:
        """Every piece takes this long each way."""
        self.delay = seconds

    def mend(self) -> None:
        """As good as new: connections are taken, what was kept back is delivered, nothing is slow."""
        self._do(self._mend())

    def keeps(self, words: bytes) -> bool:
        """Whether `words` are among what waits for `deliver` in the direction of the server."""
        return any(words in b"".join(link.up) for link in list(self._links))

    def given_up(self, words: bytes) -> bool:
        """Whether who sent `words` has closed the connection meanwhile."""
        return any(words in b"".join(link.up) and link.client_gone for link in list(self._links))

    def close(self) -> None:
        self._do(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
        self._claim.release()

    def _do(self, work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(30)

    async def _listen(self) -> asyncio.Server:
        return await asyncio.get_running_loop().create_server(lambda: _FromClient(self), "127.0.0.1", self.port)

    async def _cut(self) -> None:
        self.down = True
        for link in list(self._links):
            link.cut()

    async def _keep_back(self, new: bool) -> None:
        self.held = new
        for link in self._links:
            link.held = True

    async def _deliver(self) -> None:
        self.held = False
        for link in list(self._links):
            link.deliver()

    async def _mend(self) -> None:
        self.down, self.delay = False, 0.0
        await self._deliver()

    async def _close(self) -> None:
        self._server.close()
        for link in list(self._links):
            link.end()

    async def connect(self, link: "_Link") -> None:
        """Lead `link` to the server."""
        try:
            await asyncio.get_running_loop().create_connection(lambda: _FromServer(link), "127.0.0.1", self._target())
        except OSError:
            link.end()

    def begun(self, link: "_Link") -> None:
        """A connection stands."""
        self._links.add(link)

    def ended(self, link: "_Link") -> None:
        """Nothing will come of it any more."""
        self._links.discard(link)


class _Link:
    """One connection: the client's half, the server's half, and what is kept back between them."""

    def __init__(self, wire: Wire, client: asyncio.Transport) -> None:
        self.wire = wire
        self.client = client
        self.server: asyncio.Transport | None = None
        self.held = wire.held
        self.up: list[bytes] = []
        self.down: list[bytes] = []
        self.client_gone = False
        wire.begun(self)

    def to_server(self, data: bytes) -> None:
        if self.held or self.server is None:
            self.up.append(data)
        else:
            self._later(self.server, data)

    def to_client(self, data: bytes) -> None:
        if self.client_gone:
            self.end()  # it answers what was delivered late, and nobody listens
        elif self.held:
            self.down.append(data)
        else:
            self._later(self.client, data)

    def reached(self, server: asyncio.Transport) -> None:
        self.server = server
        if not self.held:
            self.deliver()

    def left(self) -> None:
        """The client is gone. What it sent before is still on its way."""
        self.client_gone = True
        if not self.up:
            self.end()

    def deliver(self) -> None:
        self.held = False
        if self.server is None:
            return
        up, self.up = self.up, []
        down, self.down = self.down, []
        for data in up:
            self._later(self.server, data)
        for data in down:
            self._later(self.client, data)

    def cut(self) -> None:
        if self.held:
            self.client.abort()  # the server's half stays: what is kept back can still be delivered
        else:
            self.end()

    def end(self) -> None:
        self.wire.ended(self)
        self.up, self.down = [], []
        for half in (self.client, self.server):
            if half is not None:
                half.abort()

    def _later(self, half: asyncio.Transport, data: bytes) -> None:
        if self.wire.delay:
            asyncio.get_running_loop().call_later(self.wire.delay, half.write, data)
        else:
            half.write(data)


class _FromClient(asyncio.Protocol):
    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._link: _Link | None = None
        self._connecting: asyncio.Task[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        if self._wire.down:
            transport.abort()
            return
        self._link = _Link(self._wire, transport)
        self._connecting = asyncio.get_running_loop().create_task(self._wire.connect(self._link))

    def data_received(self, data: bytes) -> None:
        if self._link is not None:
            self._link.to_server(data)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._link is not None:
            self._link.left()


class _FromServer(asyncio.Protocol):
    def __init__(self, link: _Link) -> None:
        self._link = link

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._link.reached(transport)

    def data_received(self, data: bytes) -> None:
        self._link.to_client(data)

    def connection_lost(self, exc: Exception | None) -> None:
        with suppress(RuntimeError):
            self._link.end()
