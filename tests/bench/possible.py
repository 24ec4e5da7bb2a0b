"""A case as its caller reads it, with what they `can` do, beside the same without: microseconds of the processor.

Cases stand in every status, and each is shown to a staff member, a verifier, a handler of its unit and its reporter.
"""

import time
from collections.abc import Callable

from services.chassis.principal import Principal
from services.chassis.store.aggregates import Stored
from services.issues.cases.domain.case import Case
from services.issues.cases.domain.possible import possible
from services.issues.cases.presenting import command_view
from services.issues.cases.views import CaseNames, CommandView, case_view
from tests.bench.ground import Figure, Servers
from tests.unit.issues.world import HANDLER, NOW, RESIDENT, STAFF, SUPERVISOR, WAYS, a_case

ROUNDS = 200
_NAMES = CaseNames(
    status="处置中",
    category="公共照明",
    group=None,
    unit="物业",
    first_unit=None,
    place="9号楼",
    building=None,
    at=None,
)


async def run(servers: Servers) -> list[Figure]:
    """Microseconds for a case, without and with `can`."""
    cases = [Stored(a_case(status), 1) for status in WAYS]
    readers = {"staff": STAFF, "a verifier": SUPERVISOR, "the unit": HANDLER, "the reporter": RESIDENT}
    figures: list[Figure] = []
    for name, by in readers.items():
        without, with_them = (_spent(cases, by, told) for told in (_nothing, _can))
        figures.append(Figure(f"a case as {name} reads it, without and with can", without, with_them, "µs"))
    return figures


def _spent(cases: list[Stored[Case]], by: Principal, told: Callable[[Case, Principal], list[CommandView]]) -> float:
    """Microseconds of the processor for each of `cases`, read and written down by turns."""
    began = time.process_time()
    for _ in range(ROUNDS):
        for stored in cases:
            case_view(stored, by, _NAMES, told(stored.aggregate, by)).model_dump_json()
    return 1e6 * (time.process_time() - began) / (ROUNDS * len(cases))


def _nothing(case: Case, by: Principal) -> list[CommandView]:
    return []


def _can(case: Case, by: Principal) -> list[CommandView]:
    return [command_view(each.command, "zh") for each in possible(case, by, NOW)]
