"""`python -m services run`: serve one or more services from this process until it is told to stop."""

import argparse
import asyncio
import errno
import gc
import os
import signal
import socket
from pathlib import Path
from typing import Any

import uvloop
from starlette.types import ASGIApp

from services.chassis.http.combined_app import CombinedApp
from services.chassis.service import Service, build
from services.chassis.settings.service_settings import AuthSettings, ServiceSettings
from services.chassis.settings.sources import read_settings
from services.chassis.telemetry.logs import configure_logs
from services.commands.ending import LastResort, Server
from services.commands.server import server_of
from services.topology import HOME, PAGES, service

MARGIN = 10.0
"""Seconds beyond SHUTDOWN_SECONDS after which a process that was told to end is ended."""
_COLLECT_AFTER = 50_000
"""Objects made and still there before the collector looks at the young ones."""


class CannotListen(Exception):
    """The address to serve at can't be had; the message says which and what to do."""


def add_arguments(parser: argparse.ArgumentParser, names: list[str]) -> None:
    """The arguments of the command."""
    parser.add_argument("service", nargs="+", choices=names)
    parser.add_argument("--host", help="the address to listen at (HTTP_HOST)")
    parser.add_argument("--port", type=int, help="the port to listen at (HTTP_PORT)")
    parser.set_defaults(command=run)


def run(arguments: argparse.Namespace) -> int:
    """Serve until SIGTERM or SIGINT; 0 is an orderly end, 1 one because a part has died.

    Raises:
        SettingsError: a setting is missing or wrong.
        CannotListen: the port is taken.
    """
    gc.disable()  # what a start makes stays: looking for what could go takes a fifth of its time
    names = list(dict.fromkeys(arguments.service))
    declared = {name: service(name) for name in names}
    settings = {name: read_settings(declared[name].settings, arguments.env_file) for name in names}
    first = settings[names[0]]
    configure_logs(first.log_level, messages=first.environment != "production")
    listening = _listen(arguments.host or first.http_host, arguments.port or first.http_port)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(_serve(declared, settings, listening))


async def _serve(
    declared: dict[str, Service[Any]], settings: dict[str, ServiceSettings], listening: socket.socket
) -> int:
    """Build inside the loop that will run it: the database driver binds to the loop it is made in."""
    died: list[str] = []
    resort = LastResort(max(each.shutdown_seconds for each in settings.values()) + MARGIN)
    watching = asyncio.create_task(resort.watch())
    apps = {name: build(declared[name], settings[name], on_death=lambda part: _die(died, part)) for name in declared}
    app: ASGIApp = CombinedApp(apps, HOME, PAGES) if len(apps) > 1 else next(iter(apps.values()))
    server = server_of(app, next(iter(settings.values())), lambda config: Server(config, resort))
    _settle_memory()
    await server.serve([listening])
    watching.cancel()
    return 1 if died or not server.started else 0


def auth_settings(file: Path | None) -> AuthSettings:
    """The settings of a command that needs no service."""
    return read_settings(AuthSettings, file)


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError as error:
        listening.close()
        why = "is taken" if error.errno == errno.EADDRINUSE else f"can't be had ({os.strerror(error.errno or 0)})"
        raise CannotListen(f"{host}:{port} {why}; give another with --port or HTTP_PORT.") from None
    listening.set_inheritable(True)
    return listening


def _settle_memory() -> None:
    """Freeze all objects that exist now: the collector need not walk through them while requests wait."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_COLLECT_AFTER, 20, 20)
    gc.enable()


def _die(died: list[str], part: str) -> None:
    died.append(part)
    os.kill(os.getpid(), signal.SIGTERM)
