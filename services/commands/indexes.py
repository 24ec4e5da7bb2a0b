"""`python -m services indexes SERVICE …`: make the indexes that a service asks for, before it starts.

A service makes its own at its start, and is not ready before they stand. On collections that are large already, this
command makes those of a new version while the version before it is at work.
"""

import argparse
import asyncio
import sys
import time

from services.chassis.service import Service, indexes_of
from services.chassis.settings.service_settings import ServiceSettings
from services.chassis.settings.sources import read_settings
from services.chassis.store.indexing import make_indexes
from services.chassis.store.mongo import connect, database
from services.chassis.store.unavailable import StoreUnavailable, store_errors
from services.topology import service

_AGAIN = 1.0


def add_arguments(parser: argparse.ArgumentParser, names: list[str]) -> None:
    """The arguments of the command."""
    parser.add_argument("service", nargs="+", choices=names)
    parser.add_argument("--wait", type=float, default=60.0, help="seconds to wait for MongoDB (60)")
    parser.set_defaults(command=run)


def run(arguments: argparse.Namespace) -> int:
    """Make what is missing and say how many there are, a line a service; 1 where MongoDB did not answer in time.

    Raises:
        SettingsError: a setting is missing or wrong.
    """
    for name in dict.fromkeys(arguments.service):
        declared = service(name)
        settings = read_settings(declared.settings, arguments.env_file)
        try:
            count = asyncio.run(_make(declared, settings, arguments.wait))
        except StoreUnavailable:
            print(f"{name}: MongoDB did not answer within {arguments.wait:g} s; ask again.", file=sys.stderr)
            return 1
        print(f"{name}: {count} indexes are there", flush=True)
    return 0


async def _make(declared: Service[ServiceSettings], settings: ServiceSettings, wait: float) -> int:
    client = connect(settings.mongodb_url, application=f"community-{declared.name}-indexes")
    given_up = time.monotonic() + wait
    try:
        store = database(client, settings.database)
        wanted = indexes_of(declared, settings, store)
        while True:
            try:
                with store_errors():
                    await make_indexes(store, wanted)
                return sum(len(models) for models in wanted.values())
            except StoreUnavailable:
                if time.monotonic() > given_up:
                    raise
                await asyncio.sleep(_AGAIN)
    finally:
        client.close()
