"""`python -m services kpis`: the figures of issues, checked and made anew.

recompute --community C [--period P]   count the journal's cases one by one and compare with the live figures
rebuild                                mark every case's row as stale; the running service makes rows and counts anew
"""

import argparse
import asyncio
import sys
from datetime import date
from importlib import import_module
from typing import Any

from services.chassis.clock import utc_now
from services.chassis.mongo import Database, connect, database
from services.chassis.setting_sources import read_settings
from services.issues.reading.facts import local_day
from services.issues.reading.figures import Period
from services.issues.reading.formulas import read_formulas
from services.issues.reading.periods import period_of
from services.issues.reading.projection import Projection
from services.issues.reading.recompute import Difference, differences, from_journal, live
from services.topology import SERVICES

_ISSUES = "issues"


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
    """Carry out one action; 1 where a figure differs.

    Raises:
        SettingsError: a setting is missing or wrong.
        UnknownPeriod, PeriodTooLong: the period can't be read.
    """
    settings: Any = read_settings(import_module(SERVICES[_ISSUES]).service.settings, arguments.env_file)
    return asyncio.run(_act(arguments, settings))


async def _act(arguments: argparse.Namespace, settings: Any) -> int:
    client = connect(settings.mongodb_url, application="community-kpis")
    try:
        store = database(client, settings.database)
        if arguments.action == "rebuild":
            print(f"{await Projection(store).rebuild()} rows will be made anew")
            return 0
        return await _compare(store, arguments, settings)
    finally:
        client.close()


async def _compare(store: Database, arguments: argparse.Namespace, settings: Any) -> int:
    today = local_day(utc_now())
    period = _period(arguments.period, today)
    formulas = read_formulas(getattr(settings, "kpi_formulas", None))
    told = await from_journal(store, arguments.community, formulas, period)
    found = list(differences(told, await live(store, arguments.community, formulas, period)))
    if found and arguments.patience > 0:
        await asyncio.sleep(arguments.patience)
        told = await from_journal(store, arguments.community, formulas, period)
        found = list(differences(told, await live(store, arguments.community, formulas, period)))
    return _told(found, len(told), period)


def _told(found: list[Difference], count: int, period: Period) -> int:
    for difference in found:
        print(difference)
    days = f"{period.first} to {period.last}"
    print(f"{count} figures of {days}, {len(found)} differ", file=sys.stderr if found else sys.stdout)
    return 1 if found else 0


def _period(written: str | None, today: date) -> Period:
    asked = Period(today.replace(day=1), today) if written is None else period_of(written)
    return asked.until(today)
