"""The services as one process of this machine, what must stand before them, and what is loaded through them."""

import json
import os
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from pathlib import Path

from deploy.local.child import Child
from deploy.local.seed.story import Story
from deploy.local.trouble import Trouble

SERVICES = ("issues", "volunteers", "events", "notify")

TOLD_QUICKLY = {
    "VOLUNTEERS_STAFFING_SECONDS": "2",
    "VOLUNTEERS_NOTICE_DAYS": '{"visit": 8, "haircut": 8, "meal": 8, "chores": 8, "health-check": 8}',
}
"""Settings for a story whose weeks pass in seconds: on each Sunday people say yes for the whole week."""

CALLED = {"ISSUES_NUMBER_PREFIXES": "yangguang:YG"}
"""What the numbers of the demo's cases begin with."""

_READY = 120
"""Seconds after which services that are still not ready are given up."""


class House:
    """The services under one origin, on `port` of the loopback interface. Their log and key stand in `folder`."""

    def __init__(self, folder: Path, port: int, mongodb: str, kafka: str) -> None:
        self.log = folder / "services.log"
        self.url = f"http://127.0.0.1:{port}"
        self._port = port
        self._mongodb = mongodb
        self._kafka = kafka
        self._key = folder / "issuer.json"
        self._clock = folder / "clock"
        self._services: Child | None = None
        self._loader: Child | None = None

    @property
    def running(self) -> bool:
        return any(child is not None and child.code is None for child in (self._services, self._loader))

    def create_topics(self) -> None:
        """Create the topics that are missing.

        Raises:
            Trouble: Kafka refused.
        """
        topics = self._child(["services", "topics"], self.log)
        self._loader = topics
        while topics.code is None:
            time.sleep(0.05)
        if topics.code != 0:
            raise Trouble(f"The topics could not be created ({_last_line(topics)}): see {self.log}.")

    def start(self) -> None:
        """Start the services and wait until all of them are ready.

        Raises:
            Trouble: they did not become ready.
        """
        Story(self._clock).resume()
        self._services = self._child(["services", "run", *SERVICES, "--port", str(self._port)], self.log)
        until = time.monotonic() + _READY
        waits: Sequence[str] = ("none answers",)
        while waits:
            self.check()
            if time.monotonic() > until:
                raise Trouble(
                    f"The services were not ready after {_READY} seconds ({'; '.join(waits)}): see {self.log}."
                )
            time.sleep(0.1)
            waits = self._waits()

    def load(self) -> None:
        """Load the demo data, which the loader does without doubling what is there.

        Raises:
            Trouble: it could not be loaded, or the services ended meanwhile.
        """
        self._loader = self._child(["deploy.local.seed"], None)
        while self._loader.code is None:
            self.check()
            time.sleep(0.1)
        if self._loader.code != 0:
            raise Trouble(f"The demo data could not be loaded: see above and {self.log}.")

    def check(self) -> None:
        """See that the services still run.

        Raises:
            Trouble: they ended by themselves.
        """
        if self._services is not None and self._services.code is not None:
            raise Trouble(f"The services ended by themselves ({_last_line(self._services)}): see {self.log}.")

    def stop(self) -> None:
        """Let the services finish what they are doing."""
        if self._loader is not None:
            self._loader.kill()
        if self._services is not None:
            self._services.stop(patience=40)

    def kill(self) -> None:
        for child in (self._loader, self._services):
            if child is not None:
                child.kill()

    def addresses(self) -> str:
        """What one may look at now, a line each."""
        width = max(len(name) for name in SERVICES)
        lines = [("Notice board", f"{self.url}/board/")]
        lines += [(f"{name.ljust(width)}  API", f"{self.url}/api/{name}/docs") for name in SERVICES]
        lines += [(f"{name.ljust(width)}  AsyncAPI", f"{self.url}/api/{name}/asyncapi") for name in SERVICES]
        lines += [("Kafka", self._kafka), ("MongoDB", _without_password(self._mongodb)), ("Log", str(self.log))]
        broad = max(len(title) for title, _ in lines)
        return "\n".join(f"  {title.ljust(broad)}  {address}" for title, address in lines)

    def environment(self) -> dict[str, str]:
        """The settings under which the services and their commands run here."""
        unlimited = {"RATE_LIMIT_PER_SECOND": "0", "RATE_LIMIT_ADDRESS_PER_SECOND": "0"}
        at_any_hour = {"VOLUNTEERS_QUIET_FROM": "00:00", "VOLUNTEERS_QUIET_UNTIL": "00:00"}
        return {
            **unlimited,
            **at_any_hour,
            **CALLED,
            **TOLD_QUICKLY,
            **os.environ,
            "ENVIRONMENT": "development",
            "MONGODB_URL": self._mongodb,
            "KAFKA_BOOTSTRAP": self._kafka,
            "PUBLIC_URL": self.url,
            "AUTH_DEVELOPMENT_KEY": str(self._key),
            "DEVELOPMENT_CLOCK": str(self._clock),
            "PYTHONUNBUFFERED": "1",
        }

    def _child(self, arguments: Sequence[str], log: Path | None) -> Child:
        return Child([sys.executable, "-m", *arguments], log, environment=self.environment())

    def _waits(self) -> Sequence[str]:
        """What readiness still waits for."""
        try:
            with urllib.request.urlopen(f"{self.url}/readyz", timeout=10) as answer:  # noqa: S310  our own address
                told = json.load(answer)
        except urllib.error.HTTPError as refusal:
            told = json.load(refusal)
        except (OSError, ValueError):
            return ("none answers",)
        if told["ready"]:
            return ()
        return [
            f"{name}: {fact['name']} {fact['detail']}"
            for name, service in told["services"].items()
            for fact in service.get("facts", ())
            if fact["of"] == "commands" and not fact["ok"]
        ] or ("none says why",)


def _last_line(child: Child) -> str:
    lines = child.said().strip().splitlines()
    return lines[-1][:300] if lines else "they said nothing"


def _without_password(url: str) -> str:
    scheme, _, rest = url.partition("://")
    return f"{scheme}://{rest.rpartition('@')[2]}"
