"""What the API shows of cases: the public state, and what only those may read whom a case concerns."""

from pydantic import BaseModel, Field

from services.chassis.aggregate import assembled
from services.chassis.principal import Principal
from services.chassis.store.aggregates import Stored
from services.contracts.issues import CaseState
from services.issues.cases.domain.case import Case, Remark
from services.issues.cases.domain.redaction import WordsAsRead, words_for
from services.issues.catalogue.domain.questions import Answer
from services.issues.places.domain.datum import Point
from services.issues.privacy.domain.contact import Contact
from services.issues.shared.views import Identified, shown


class CaseInside(BaseModel):
    """What only the reporter, workers and the handling unit see of a case. Words are masked as `redaction` says."""

    at: str | None = Field(description="The exact place in the tree.")
    point: Point | None = Field(description="Where the reporter stood, in WGS84; `datum` is what they sent it in.")
    floor: int | None
    spot: str | None
    answers: dict[str, Answer] = Field(description="To the questions of the category.")
    catalogue: int = Field(description="The edition of the catalogue that it was filed under.")
    text: str | None
    before: tuple[str, ...] = Field(description="Ids of photos taken before.")
    after: tuple[str, ...] = Field(description="Ids of photos taken after the handling.")
    attachments: tuple[str, ...] = Field(description="Ids of recordings and PDFs that came with the report.")
    attachments_after: tuple[str, ...] = Field(description="Ids of those that came with the handling.")
    minor: bool | None = Field(description="Whether the reporter is under fourteen; null to the handling unit.")
    evidence: bool = Field(description="Whether handling needs a photo taken afterwards.")
    remarks: tuple[Remark, ...]
    visit: str | None


class CaseView(CaseState, Identified):
    """A case; `inside` is null for a caller whom the case does not concern.

    `contact` is told by `GET /cases/{id}` alone, to whom it concerns: answers to commands are kept to be repeated, and
    what is kept holds no contact.
    """

    inside: CaseInside | None = None
    contact: Contact | None = None


def case_view(stored: Stored[Case], by: Principal, contact: Contact | None = None) -> CaseView:
    """The case as `by` may see it; `contact` is the opened one, if `by` may see it and is to be told now."""
    words = words_for(stored.aggregate, by)
    inside = None if words is None else _inside(stored.aggregate, words)
    return shown(CaseView, stored, inside=inside, contact=contact)


def _inside(case: Case, words: WordsAsRead) -> CaseInside:
    told = {name: getattr(words, name) for name in WordsAsRead.__dataclass_fields__}
    rest = {name: getattr(case, name) for name in CaseInside.model_fields.keys() - told.keys()}
    return assembled(CaseInside, told | rest)
