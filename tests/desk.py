"""One Kafka and one MongoDB for a whole test run, however many workers it has.

The process that began the run keeps the servers and starts each when a test first asks for it. Workers of pytest-xdist
ask over a local socket.
"""

import secrets
import threading
from multiprocessing import AuthenticationError
from multiprocessing.connection import Client, Connection, Listener
from typing import Protocol

from deploy.local.servers import Servers
from deploy.local.trouble import Trouble


class Addresses(Protocol):
    """Who knows where the servers of this run are. Raises `Trouble` when there can be none."""

    def mongodb(self) -> str: ...
    def kafka(self) -> str: ...


class Desk:
    """Answers the workers of this run."""

    def __init__(self, servers: Servers) -> None:
        self._servers = servers
        self.key = secrets.token_bytes(16)
        self._listener = Listener(None, family="AF_UNIX", authkey=self.key)
        threading.Thread(target=self._serve, name="desk", daemon=True).start()

    @property
    def address(self) -> str:
        return str(self._listener.address)

    def close(self) -> None:
        self._listener.close()

    def _serve(self) -> None:
        while True:
            try:
                connection = self._listener.accept()
            except (EOFError, AuthenticationError):
                continue
            except OSError:
                return
            threading.Thread(target=self._answer, args=(connection,), daemon=True).start()

    def _answer(self, connection: "Connection[tuple[bool, str], str]") -> None:
        with connection:
            question = connection.recv()
            try:
                connection.send((True, getattr(self._servers, question)()))
            except Trouble as trouble:
                connection.send((False, str(trouble)))


class Visitor:
    """Asks the desk, from a worker."""

    def __init__(self, address: str, key: bytes) -> None:
        self._address = address
        self._key = key

    def mongodb(self) -> str:
        return self._ask("mongodb")

    def kafka(self) -> str:
        return self._ask("kafka")

    def _ask(self, question: str) -> str:
        with Client(self._address, family="AF_UNIX", authkey=self._key) as connection:
            connection.send(question)
            found, answer = connection.recv()
        if not found:
            raise Trouble(answer)
        return str(answer)
