"""The room of reading: cases are searched, queued, drawn on maps, counted and exported from rows of their own."""

from services.chassis.clock import Clock
from services.chassis.room import Room
from services.chassis.store.aggregates import Aggregates
from services.chassis.store.mongo import Database
from services.issues.reading.api import exports, kpis, map, search, summaries
from services.issues.reading.api.answering import Answering
from services.issues.reading.figures import CaseFigures
from services.issues.reading.finding import CaseFinder
from services.issues.reading.formulas import read_formulas
from services.issues.reading.maps import Maps
from services.issues.reading.pressure import ReadingFact
from services.issues.reading.reactions import reactions
from services.issues.reading.round_status import RoundReader
from services.issues.reading.settings import ReadingSettings
from services.issues.reading.store import INDEXES, Rows
from services.issues.reading.titles import Titles
from services.issues.rounds.domain.rounds import Round
from services.issues.vocabulary.vocabularies import Vocabularies


def room(
    rows: Rows,
    answering: Answering,
    titles: Titles,
    rounds: Aggregates[Round],
    round_reader: RoundReader,
    vocabularies: Vocabularies,
    database: Database,
    clock: Clock,
    settings: ReadingSettings,
) -> Room:
    """Make the room of reading. Its rows are kept in `database`, and answer every question about many cases.

    Raises:
        OSError, ValidationError: the file of formulas that the settings name can't be read.
    """
    projection, pressure = rows.projection, rows.pressure
    formulas = read_formulas(settings.kpi_formulas)
    return Room(
        "reading",
        indexes=INDEXES,
        routers=[
            search.router(CaseFinder(database), answering, vocabularies, titles),
            map.router(Maps(database), titles),
            exports.router(database, titles.units),
            kpis.router(CaseFigures(database), formulas, titles, answering, clock),
            summaries.router(rounds, round_reader, answering.changes.presenter, answering.vault, clock),
        ],
        reactions=lambda handlers: reactions(handlers, projection),
        sweeps=[projection, projection.recounting],
        tasks=[pressure.measure_on],
        facts=[ReadingFact(pressure)],
    )
