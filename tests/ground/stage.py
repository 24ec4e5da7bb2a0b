"""The demo with stand-ins for its servers and services, to see how it holds them together. A program for `test_demo`.

Each part writes into the folder HISTORY when it starts and when it is asked to end, so that the order can be read.
STAGE_HANGS names a part that never gets ready.
"""

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from deploy.local import demo
from deploy.local.child import Child
from deploy.local.house import House
from deploy.local.server import Server

_PART = """
import http.server, json, os, signal, sys
def told(what):
    with open(os.environ["HISTORY"], "a") as history:
        history.write(f"{what} {sys.argv[1]} {os.getpid()}\\n")
def end(*_):
    told("stopped")
    os._exit(0)
signal.signal(signal.SIGTERM, end)
told("started")
if len(sys.argv) < 3:
    while True:
        signal.pause()
class Ready(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        ready = os.environ.get("STAGE_HANGS") != "services"
        fact = {"name": "relay", "of": "commands", "ok": ready, "detail": "waits"}
        self.send_response(200 if ready else 503)
        self.end_headers()
        self.wfile.write(json.dumps({"ready": ready, "services": {"issues": {"facts": [fact]}}}).encode())
    def log_message(self, *_):
        pass
http.server.HTTPServer(("127.0.0.1", int(sys.argv[2])), Ready).serve_forever()
"""


class Stand(Server):
    """A server that does nothing, well."""

    port_variable = "STAND_PORT"

    def __init__(self, folder: Path, port: int | None = None, **_: int) -> None:
        super().__init__(folder, port)

    @property
    def url(self) -> str:
        return f"mongodb://user:secret@127.0.0.1:{self.port}"

    @property
    def bootstrap(self) -> str:
        return f"127.0.0.1:{self.port}"

    def _prepare(self) -> None:
        pass

    def _command(self) -> Sequence[str]:
        return [sys.executable, "-c", _PART, self.title]

    def _ready(self) -> bool:
        return f"started {self.title}" in _history() and os.environ.get("STAGE_HANGS") != self.title


class StandMongo(Stand):
    title = "MongoDB"


class StandKafka(Stand):
    title = "Kafka"


def _history() -> str:
    file = Path(os.environ["HISTORY"])
    return file.read_text() if file.exists() else ""


class StandHouse(House):
    """Services that are ready at once, and a loader that says so."""

    def _child(self, arguments: Sequence[str], log: Path | None) -> Child:
        if "run" in arguments:
            command = [sys.executable, "-c", _PART, "services", arguments[-1]]
        elif "topics" in arguments:
            command = ["sh", "-c", "exit ${STAGE_TOPICS:-0}"]
        else:
            command = ["sh", "-c", "echo loaded; exit ${STAGE_LOADER:-0}"]
        return Child(command, log, environment=self.environment())


if __name__ == "__main__":
    for name, stand in {
        "MongoServer": StandMongo,
        "KafkaServer": StandKafka,
        "House": StandHouse,
        "java": lambda: None,
        "kafka_libraries": lambda: None,
        "mongod": lambda: None,
    }.items():
        setattr(demo, name, stand)
    sys.exit(demo.main())
