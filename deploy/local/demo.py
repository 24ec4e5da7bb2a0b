"""`python -m deploy.local.demo`: the whole system on this machine, with the demo data, until Ctrl-C.

MongoDB and Kafka first (those of MONGODB_URL and KAFKA_BOOTSTRAP where they are set), then the topics, the services in
one process, and the demo data through their HTTP API. What it keeps stands in one folder; a run that was killed leaves
no process behind and the next one takes up its data. `--reset` forgets the folder.
"""

import argparse
import os
import shutil
import signal
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import Self

from deploy.local import ports
from deploy.local.fetch_kafka import java, kafka_libraries
from deploy.local.fetch_mongod import mongod
from deploy.local.house import SERVICES, House
from deploy.local.kafka_server import KafkaServer
from deploy.local.mongo_server import MongoServer
from deploy.local.places import Lock, need_room, state_dir, writing
from deploy.local.server import Server
from deploy.local.trouble import Trouble

_PORTS = {"DEMO_PORT": ("the services", 8080), "MONGODB_PORT": ("MongoDB", 27017), "KAFKA_PORT": ("Kafka", 9092)}


class Stopped(BaseException):
    """Somebody asked us to end."""


class Demo:
    """Everything that runs, in the order in which it was started."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._began = time.monotonic()
        self._port = {variable: _port(variable) for variable in _PORTS}
        self._servers: list[Server] = []
        self._house: House | None = None

    def run(self) -> None:
        """Start everything and stay until something ends.

        Raises:
            Trouble: something could not be started, or ended by itself.
            Stopped: somebody asked for the end.
        """
        mongodb, kafka = os.environ.get("MONGODB_URL"), os.environ.get("KAFKA_BOOTSTRAP")
        self._check_ports(mongodb, kafka)
        self._fetch(mongodb, kafka)
        mongodb, kafka = self._start_servers(mongodb, kafka)
        self._house = house = House(self._folder, self._port["DEMO_PORT"], mongodb, kafka)
        with self._telling("topics"):
            house.create_topics()
        with self._telling(f"services ({', '.join(SERVICES)})"):
            house.start()
        self._say("loading the demo data")
        house.load()
        _print(
            f"\n{house.addresses()}\n\nCtrl-C stops it; `make demo` goes on from here, `make demo-reset` forgets it."
        )
        while True:
            house.check()
            for server in self._servers:
                if server.pid is None:
                    raise Trouble(f"{server.title} ended by itself: see {server.log}, then start again.")
            time.sleep(0.5)

    def stop(self) -> None:
        """End everything, the last first; what doesn't end in time is killed."""
        for title, stop in self._running():
            with self._telling(f"stopping {title}"):
                stop()

    def kill(self) -> None:
        """End everything at once."""
        if self._house is not None:
            self._house.kill()
        for server in self._servers:
            server.kill()

    def _running(self) -> list[tuple[str, Callable[[], object]]]:
        house = [] if self._house is None or not self._house.running else [("services", self._house.stop)]
        return [*house, *((each.title, each.stop) for each in reversed(self._servers) if each.pid is not None)]

    def _check_ports(self, mongodb: str | None, kafka: str | None) -> None:
        given = {"MONGODB_PORT": mongodb, "KAFKA_PORT": kafka}
        wanted = {variable: port for variable, port in self._port.items() if not given.get(variable)}
        for variable, port in wanted.items():
            if list(wanted.values()).count(port) > 1:
                raise Trouble(f"Port {port} is asked for twice: set {variable} to another port.")
            if not ports.is_free(port):
                raise Trouble(
                    f"Port {port}, which {_PORTS[variable][0]} would use, is taken: "
                    f"stop what uses it, or set {variable} to another port."
                )

    def _fetch(self, mongodb: str | None, kafka: str | None) -> None:
        if not kafka:
            java()
            kafka_libraries()
        if not mongodb:
            mongod()

    def _start_servers(self, mongodb: str | None, kafka: str | None) -> tuple[str, str]:
        own_mongodb = MongoServer(self._folder / "mongodb", self._port["MONGODB_PORT"], cache_mb=512)
        own_kafka = KafkaServer(self._folder / "kafka", self._port["KAFKA_PORT"], session_ms=3000)
        own: list[Server] = [] if kafka else [own_kafka]
        self._servers = own if mongodb else [own_mongodb, *own]
        with ThreadPoolExecutor() as threads:
            try:
                list(threads.map(self._start, self._servers))
            except BaseException:
                for server in self._servers:
                    server.abandon()
                raise
        return mongodb or own_mongodb.url, kafka or own_kafka.bootstrap

    def _start(self, server: Server) -> None:
        with self._telling(server.title):
            server.start()

    @contextmanager
    def _telling(self, what: str) -> Iterator[None]:
        self._say(f"{what} …")
        began = time.monotonic()
        yield
        self._say(f"{what}: done in {time.monotonic() - began:.1f} s")

    def _say(self, text: str) -> None:
        _print(f"[{time.monotonic() - self._began:5.1f} s] {text}")


def _print(text: str) -> None:
    with suppress(OSError):  # the terminal may be gone; ending in order matters more
        print(text, flush=True)


def _port(variable: str) -> int:
    text = os.environ.get(variable) or str(_PORTS[variable][1])
    if not text.isdecimal() or not 0 < int(text) < 65_536:
        raise Trouble(f"{variable} must be a port from 1 to 65535.")
    return int(text)


@contextmanager
def _alone(folder: Path, refusal: str) -> Iterator[None]:
    """One demo per folder. `refusal` says what to do, after the process that has it."""
    with writing(folder, "XDG_STATE_HOME"):
        folder.mkdir(parents=True, exist_ok=True)
        lock = Lock(folder / "in-use.lock")
        if not lock.acquire(wait=2):
            raise Trouble(f"The demo is running (process {lock.path.read_text().strip() or 'unknown'}): {refusal}.")
        lock.path.write_text(f"{os.getpid()}\n")
    try:
        yield
    finally:
        lock.release()


def run(folder: Path) -> None:
    """Run the demo until somebody asks for its end.

    Raises:
        Trouble: it could not go on.
    """
    need_room(folder, "XDG_STATE_HOME")
    with _alone(folder, "stop it there with Ctrl-C first"):
        demo = Demo(folder)
        with _Requests(demo) as requests:
            try:
                demo.run()
            except Stopped:
                pass
            finally:
                requests.stopping = True
                demo.stop()
    _print("Stopped.")


class _Requests:
    """Ctrl-C, SIGTERM and a closed terminal: the first raises `Stopped`, another one ends everything at once."""

    def __init__(self, demo: Demo) -> None:
        self._demo = demo
        self.stopping = False

    def __enter__(self) -> Self:
        for kind in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(kind, self._asked)
        return self

    def __exit__(self, *_: object) -> None:
        for kind in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(kind, signal.SIG_DFL)

    def _asked(self, signum: int, frame: FrameType | None) -> None:
        if self.stopping:
            self._demo.kill()
            return
        self.stopping = True
        _print("\nStopping …")
        raise Stopped


def reset(folder: Path) -> None:
    """Forget everything that the demo has kept.

    Raises:
        Trouble: it is running.
    """
    if not folder.exists():
        _print("There is nothing to forget.")
        return
    with _alone(folder, "stop it with Ctrl-C before its data is forgotten"), writing(folder, "XDG_STATE_HOME"):
        shutil.rmtree(folder)
    _print(f"{folder} is forgotten.")


def main() -> int:
    """The command. Trouble is told in one sentence."""
    parser = argparse.ArgumentParser(prog="python -m deploy.local.demo", description=__doc__)
    parser.add_argument("--reset", action="store_true", help="forget what the demo has kept")
    arguments = parser.parse_args()
    try:
        folder = state_dir() / "demo"
        (reset if arguments.reset else run)(folder)
    except Trouble as trouble:
        print(trouble, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
