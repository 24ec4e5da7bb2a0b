"""`python -m services restate SERVICE`: ask the relay to publish the state of every aggregate again.

For a `.state` topic that was lost, got more partitions, or whose model has grown.
"""

import argparse
import asyncio

from services.chassis.relay.republish import RepublishRequests
from services.chassis.settings.service_settings import ServiceSettings
from services.chassis.settings.sources import read_settings
from services.chassis.store.mongo import connect, database
from services.topology import SERVICES, service

_BATCH = 1000


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of the command."""
    parser.add_argument("service", choices=list(SERVICES))
    parser.set_defaults(command=run)


def run(arguments: argparse.Namespace) -> int:
    """Ask for the states of all aggregates; the running service publishes them from its next look on.

    Raises:
        SettingsError: a setting is missing or wrong.
    """
    declared = service(arguments.service)
    count = asyncio.run(_ask(arguments.service, read_settings(declared.settings, arguments.env_file)))
    print(f"{count} states will be published again")
    return 0


async def _ask(name: str, settings: ServiceSettings) -> int:
    client = connect(settings.mongodb_url, application="community-restate")
    store = database(client, settings.database)
    republish, count = RepublishRequests(store), 0
    try:
        for kind in service(name).kinds:
            if kind.state is None:
                continue
            cursor = store[kind.collection].find({}, {"_id": 1})
            while batch := await cursor.to_list(_BATCH):
                await republish.ask(kind.name, [found["_id"] for found in batch])
                count += len(batch)
    finally:
        client.close()
    return count
