"""`python -m services kpis`: the figures of issues, checked and made anew.

recompute --community C [--period P]   count the journal's cases one by one and compare with the live figures;
                                       ends with 1 where a figure differs, with 3 where none does but some can't be
                                       judged, because their cases are not drawn yet
rebuild                                mark every case's row as stale; the running service makes rows and counts anew
"""

import argparse
import asyncio
import sys
import time
from datetime import date
from importlib import import_module
from typing import TYPE_CHECKING

from services.chassis.clock import clock_at
from services.chassis.settings.sources import read_settings
from services.chassis.store.mongo import Database, connect, database
from services.issues.reading.facts import local_day
from services.issues.reading.figures import Period
from services.issues.reading.formulas import read_formulas
from services.issues.reading.periods import period_of
from services.issues.reading.projection import Projection
from services.issues.reading.recompute import Comparison, compare
from services.topology import SERVICES

if TYPE_CHECKING:
    from services.issues.settings import IssuesSettings

DIFFERS, NOT_DRAWN_YET = 1, 3
_AGAIN = 0.5


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of the command."""
    actions = parser.add_subparsers(required=True, dest="action", metavar="recompute|rebuild")
    recompute = actions.add_parser("recompute", help="figures from the journal alone, beside the live ones")
    recompute.add_argument("--community", required=True)
    recompute.add_argument("--period", help="2026, 2026-11, 2026-W48 or 2026-11-26 (the current month)")
    recompute.add_argument("--patience", type=float, default=5.0, help="seconds to wait for what is under way (5)")
    actions.add_parser("rebuild", help="make the rows of all cases anew")
    parser.set_defaults(command=run)


def run(arguments: argparse.Namespace) -> int:
    """Carry out one action; DIFFERS or NOT_DRAWN_YET where figures are not the same.

    Raises:
        SettingsError: a setting is missing or wrong.
        UnknownPeriod, PeriodTooLong: the period can't be read.
    """
    issues = import_module(SERVICES["issues"])  # here, since the images of other services can't load it
    settings: IssuesSettings = read_settings(issues.service.settings, arguments.env_file)
    return asyncio.run(_act(arguments, settings))


async def _act(arguments: argparse.Namespace, settings: "IssuesSettings") -> int:
    client = connect(settings.mongodb_url, application="community-kpis")
    try:
        store = database(client, settings.database)
        if arguments.action == "rebuild":
            print(f"{await Projection(store).rebuild()} rows will be made anew")
            return 0
        return await _compare(store, arguments, settings)
    finally:
        client.close()


async def _compare(store: Database, arguments: argparse.Namespace, settings: "IssuesSettings") -> int:
    period = _period(arguments.period, local_day(clock_at(settings.development_clock)()))
    formulas = read_formulas(settings.kpi_formulas)
    given_up = time.monotonic() + arguments.patience
    while True:
        found = await compare(store, arguments.community, formulas, period)
        if not (found.wrong or found.not_drawn) or time.monotonic() >= given_up:
            return _told(found, period)
        await asyncio.sleep(_AGAIN)


def _told(found: Comparison, period: Period) -> int:
    """Print what was found: the figures that differ, and how many can't be judged yet and why."""
    for difference in found.wrong:
        print(difference)
    counted = f"{found.figures} figures of {period.first} to {period.last}, {len(found.wrong)} differ"
    if found.not_drawn:
        waiting = f"{len(found.undrawn.cases)} cases and the counts of {len(found.undrawn.days)} days"
        counted += f", {len(found.not_drawn)} can't be judged yet: {waiting} are not drawn yet"
    print(counted, file=sys.stderr if found.wrong or found.not_drawn else sys.stdout)
    return DIFFERS if found.wrong else NOT_DRAWN_YET if found.not_drawn else 0


def _period(written: str | None, today: date) -> Period:
    asked = Period(today.replace(day=1), today) if written is None else period_of(written)
    return asked.until(today)
