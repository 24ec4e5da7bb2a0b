"""The views of cases in the API: the public state, and the parts that only people concerned may read."""

from collections.abc import Sequence

from pydantic import BaseModel, Field

from services.chassis.aggregate import assembled
from services.chassis.principal import Principal
from services.chassis.store.aggregates import Stored
from services.contracts.issues import CaseState
from services.issues.cases.domain.case import Case, Remark
from services.issues.cases.domain.redaction import WordsAsRead, words_for
from services.issues.cases.domain.transitions import CaseCommand
from services.issues.catalogue.domain.questions import Answer
from services.issues.places.domain.datum import Point
from services.issues.privacy.domain.contact import Contact
from services.issues.shared.views import Identified, shown

_BROUGHT_BY_WORKERS = ("after", "attachments_after")


class CaseInside(BaseModel):
    """The parts of a case that only the reporter, workers and the handling unit see. Words are masked as `redaction`
    says."""

    at: str | None = Field(description="The exact place in the tree.")
    point: Point | None = Field(description="Where the reporter stood, in WGS84; `datum` is what they sent it in.")
    floor: int | None
    spot: str | None
    answers: dict[str, Answer] = Field(description="To the questions of the category.")
    catalogue: int = Field(description="The edition of the catalogue that it was filed under.")
    text: str | None
    before: tuple[str, ...] = Field(description="Ids of photos taken before.")
    after: tuple[str, ...] = Field(description="Ids of photos that show the work, or came with remarks of workers.")
    attachments: tuple[str, ...] = Field(description="Ids of recordings and PDFs that came with the report.")
    attachments_after: tuple[str, ...] = Field(description="Ids of those that workers brought.")
    minor: bool | None = Field(description="Whether the reporter is under fourteen; null to the handling unit.")
    evidence: bool = Field(description="Whether handling needs a photo taken afterwards.")
    remarks: tuple[Remark, ...]
    visit: str | None
    assignee: str | None = Field(description="Who of the unit has it, for who works on the case.")


class CaseNames(BaseModel):
    """The words for the codes and ids of a case, in the caller's language; null where there are none."""

    status: str
    category: str
    group: str | None
    unit: str | None
    first_unit: str | None
    missed: dict[str, str] = Field(default_factory=dict, description="The units that missed a phase, by their ids.")
    level: str | None = Field(default=None, description="The level that is answerable, once the case was late.")
    place: str | None = Field(description="From the compound down.")
    building: str | None
    at: str | None = Field(description="The exact place from the compound down, for whom it concerns.")


class InputView(BaseModel):
    """One thing that a command asks for, as the schema of its request says in full."""

    name: str
    type: str = Field(description="The type of JSON Schema, or the format of a text.")
    required: bool


class CommandView(BaseModel):
    """A command that the caller may give to the case now: `POST /cases/{id}/{command}`."""

    command: CaseCommand
    title: str = Field(description="What people call it, in the caller's language.")
    inputs: list[InputView]


class CaseView(CaseState, Identified):
    """A case; `inside` is null for a caller whom the case does not concern.

    `can`: the commands that the caller may give now. What is not among them is refused, but for the support of a case
    that is merged, which goes to the one that goes on for it.

    `contact` is told by `GET /cases/{id}` alone, to whom it concerns: answers to commands are kept to be repeated, and
    what is kept holds no contact.
    """

    names: CaseNames
    can: list[CommandView]
    inside: CaseInside | None = None
    contact: Contact | None = None


def case_view(
    stored: Stored[Case], by: Principal, names: CaseNames, can: Sequence[CommandView], contact: Contact | None = None
) -> CaseView:
    """The case as `by` may see it; `contact` is the opened one, if `by` may see it and is to be told now."""
    words = words_for(stored.aggregate, by)
    inside = None if words is None else _inside(stored.aggregate, words, by)
    return shown(CaseView, stored, names=names, can=list(can), inside=inside, contact=contact)


def _inside(case: Case, words: WordsAsRead, by: Principal) -> CaseInside:
    told = {name: getattr(words, name) for name in WordsAsRead.__dataclass_fields__}
    if hidden := case.hidden_from(by):
        told |= {name: tuple(id for id in getattr(case, name) if id not in hidden) for name in _BROUGHT_BY_WORKERS}
    if not case.reads_internal(by):
        told["assignee"] = None
    rest = {name: getattr(case, name) for name in CaseInside.model_fields.keys() - told.keys()}
    return assembled(CaseInside, told | rest)
