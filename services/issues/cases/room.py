"""The room of cases, in which they are reported, handled, verified and judged."""

from dataclasses import dataclass

from services.chassis.room import Room
from services.chassis.runtime import Runtime
from services.chassis.store.aggregates import Aggregates
from services.chassis.subscriber.handlers import Handlers
from services.issues.cases.api import cases as cases_api
from services.issues.cases.api import desk, evidence, history, merging, timing
from services.issues.cases.api.changes import Changes
from services.issues.cases.api.filing import Filing
from services.issues.cases.erasure import CaseErasure, Drawn
from services.issues.cases.joining import CaseJoining
from services.issues.cases.mergers import Mergers
from services.issues.cases.numbers import Numbering
from services.issues.cases.publicity import Publicity, Withhold
from services.issues.cases.reactions import join_up, keep_apart, keep_time, take_findings
from services.issues.cases.settings import CaseSettings
from services.issues.cases.store import INDEXES, KINDS
from services.issues.cases.sweeps import ContactExpiry, KeysInUse, Older, WordsExpiry, clock_sweep
from services.issues.catalogue.calendars import Calendars
from services.issues.rounds.domain.visits import Visit
from services.issues.shared.unchanging import Unchanging
from services.issues.units.domain import Unit


@dataclass(frozen=True, slots=True)
class Later:
    """The functions of rooms after this one that are called when a case changes: they note that it is withheld, and
    remove what they have drawn from its words."""

    withhold: Withhold
    drawn: Drawn


@dataclass(frozen=True, slots=True)
class Earlier:
    """The parts of rooms before this one that cases need."""

    units: Unchanging[Unit]
    visits: Aggregates[Visit]
    calendars: Calendars


def room(
    runtime: Runtime[CaseSettings],
    changes: Changes,
    joining: CaseJoining,
    filing: Filing,
    earlier: Earlier,
    later: Later,
) -> Room:
    """The room of cases. `changes` brings the cases themselves, `joining` who supports them."""
    cases, vault, clocks = changes.cases, changes.vault, changes.clocks
    visits, traces, settings = earlier.visits, runtime.traces, runtime.settings
    mergers = Mergers(cases, joining.supporter_counts, clocks)
    publicity = Publicity(cases, visits, joining.supports, joining.supporter_counts, filing.catalogues, later.withhold)

    def reactions(handlers: Handlers) -> None:
        join_up(handlers, mergers)
        keep_apart(handlers, publicity)
        keep_time(handlers, cases, earlier.calendars, clocks)
        take_findings(handlers, cases, visits, filing.catalogues, traces.gone, changes.numbers)

    return Room(
        "cases",
        kinds=KINDS,
        indexes=INDEXES,
        routers=[
            history.router(cases, vault, changes.presenter, runtime.journal),
            evidence.router(changes, filing.photos),
            merging.router(changes, filing.places, filing.catalogues),
            cases_api.router(changes, filing, earlier.units, joining),
            cases_api.by_number(changes),
            desk.router(changes, filing),
            timing.router(changes),
        ],
        reactions=reactions,
        sweeps=[
            clock_sweep(cases, clocks),
            Numbering(cases, changes.numbers),
            Older(publicity, runtime.database),
            ContactExpiry(cases, vault, settings),
            WordsExpiry(cases, filing.photos, filing.attachments, settings),
            KeysInUse(cases, vault),
        ],
        erase=CaseErasure(cases, filing.photos, filing.attachments, vault, traces, later.drawn).erase,
    )
