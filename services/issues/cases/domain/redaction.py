"""Masks the words of a case for their readers: the one place where text that leaves the committee is masked.

The committee (staff, supervisors, grid workers of the community) reads everything as it was typed; the reporter and
the writer of a remark read their own words unmasked. Everybody else who may read internal words, a handling unit above
all, reads phone, identity and card numbers, addresses and plates as asterisks (`contracts.masking`); the number of a
home stays for a unit that is to go there. Public words have no home either. Names can't be found by a pattern, so
whoever writes a public title has to read it once more.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields

from pydantic import BaseModel

from services.chassis.principal import Principal
from services.contracts.holding import held
from services.contracts.marks import Sort
from services.contracts.masking import mask
from services.issues.cases.domain.case import ANONYMOUS, Case, Remark
from services.issues.catalogue.domain.questions import Answer


@dataclass(frozen=True, slots=True)
class WordsAsRead:
    """The words of a case as one person may read them. `minor` is None to whom it does not concern."""

    text: str | None = field(repr=False)
    spot: str | None = field(repr=False)
    answers: Mapping[str, Answer] = field(repr=False)
    remarks: tuple[Remark, ...]
    minor: bool | None


AS_IT_IS = frozenset({"point", "before", "after", "attachments", "attachments_after"})
"""Fields that go with the person, by their mark, and hold no text: a position, ids of uploads."""


def unmasked(case: type[BaseModel], shown: type[BaseModel]) -> set[str]:
    """The fields of `case` that hold words of a person and stand in `shown` unmasked: there must be none."""
    words = {each.path[0] for each in held(case) if each.sort is Sort.WORDS}
    return (words & shown.model_fields.keys()) - {each.name for each in fields(WordsAsRead)} - AS_IT_IS


def words_for(case: Case, by: Principal) -> WordsAsRead | None:
    """The words of `case` as `by` may read them; None where they may read none."""
    if not case.shows_inside_to(by):
        return None
    outside, own = case.is_outside(by), case.is_reporter(by)
    theirs = frozenset({by.sub, ANONYMOUS}) if own and case.anonymous else frozenset({by.sub})
    plain = not outside and not own
    remarks = [each for each in case.remarks if not each.internal or case.reads_internal(by)]
    return WordsAsRead(
        text=masked_inside(case.text) if outside else case.text,
        spot=masked_inside(case.spot) if outside else case.spot,
        answers={code: _masked_answer(given) for code, given in case.answers.items()} if outside else case.answers,
        remarks=tuple(remark if plain or remark.by in theirs else _masked_remark(remark) for remark in remarks),
        minor=None if outside else case.minor,
    )


def masked_inside(text: str | None) -> str | None:
    """`text` for a unit that is to work there: homes stay."""
    return None if text is None else mask(text, homes=False)


def masked_outside(text: str | None) -> str | None:
    """`text` for everybody: exports, open data, notices, search, maps."""
    return None if text is None else mask(text)


def _masked_remark(remark: Remark) -> Remark:
    return remark.model_copy(update={"text": mask(remark.text, homes=False)})


def _masked_answer(given: Answer) -> Answer:
    if isinstance(given, str):
        return mask(given, homes=False)
    if isinstance(given, list):
        return [mask(each, homes=False) for each in given]
    return given
