"""`python -m services calendar`: the arrangement of a year's holidays, loaded the day it is announced.

load --year Y FILE [--community C …]   FILE is JSON: {"off": ["2027-01-01", …], "worked": ["2027-02-20", …]}, the days
                                       off of all holidays and the weekends that are worked; without --community for
                                       all communities. Open deadlines are counted anew by the running service, and
                                       those whom it concerns are told. Loaded again, nothing changes.
"""

import argparse
import asyncio
from datetime import datetime
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import ValidationError

from services.chassis.aggregate import Decision
from services.chassis.clock import utc_now
from services.chassis.principal import Role, member
from services.chassis.settings.sources import SettingsError, read_settings
from services.chassis.store.aggregates import Aggregates, Cause
from services.chassis.store.mongo import connect, database
from services.issues.catalogue.calendars import Calendars
from services.issues.catalogue.domain.calendars import CalendarYear, LoadYear, calendar_id, load_year
from services.issues.catalogue.store import CALENDARS
from services.issues.places.store import PLACES
from services.topology import SERVICES

if TYPE_CHECKING:
    from services.issues.settings import IssuesSettings

_NAME = "command-line"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of the command."""
    actions = parser.add_subparsers(required=True, dest="action", metavar="load")
    load = actions.add_parser("load", help="the arrangement of a year as it was announced")
    load.add_argument("--year", type=int, required=True)
    load.add_argument("--community", action="append", help="may be given several times (all communities)")
    load.add_argument("file", type=Path)
    parser.set_defaults(command=run)


def run(arguments: argparse.Namespace) -> int:
    """Load the arrangement.

    Raises:
        SettingsError: a setting is wrong, or the file can't be read.
        CalendarMalformed: the arrangement names a day that it can't mean.
    """
    try:
        arrangement = LoadYear.model_validate_json(arguments.file.read_bytes())
    except (OSError, ValidationError) as error:
        raise SettingsError(f"{arguments.file} can't be read as an arrangement: {error}") from None
    issues = import_module(SERVICES["issues"])  # here, since the images of other services can't load it
    settings: IssuesSettings = read_settings(issues.service.settings, arguments.env_file)
    for community, changed in asyncio.run(_load(arguments, arrangement, settings)):
        print(f"{community}\t{arguments.year}\t{'loaded' if changed else 'as it was'}")
    return 0


async def _load(
    arguments: argparse.Namespace, arrangement: LoadYear, settings: "IssuesSettings"
) -> list[tuple[str, bool]]:
    client = connect(settings.mongodb_url, application="community-calendar")
    try:
        store, done = database(client, settings.database), list[tuple[str, bool]]()
        calendars = Calendars(Aggregates(CALENDARS, store, utc_now), settings.clocks.time)
        communities = arguments.community or sorted(await store[PLACES.collection].distinct("state.community"))
        for community in communities:
            before = await calendars.stored.find(calendar_id(community, arguments.year))
            decide = partial(_loaded, community, arguments.year, arrangement)
            stored = await calendars.load(community, arguments.year, decide, Cause(_NAME))
            done.append((community, before is None or before.version != stored.version))
        return done
    finally:
        client.close()


def _loaded(
    community: str, year: int, arrangement: LoadYear, before: CalendarYear | None, now: datetime
) -> Decision[CalendarYear]:
    return load_year(community, year, arrangement, before, member(_NAME, community, Role.OPERATOR), now)
