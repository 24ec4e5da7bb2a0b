"""The staff put an open case right (更正): its category, title, priority, place and answers, with a reason.

A case of another category is filed under the catalogue in force: its questions are asked, and answers that fit are
kept. A deadline that has not passed keeps the share of its time that is left; one that has passed stays missed, and a
date that was granted stays.
"""

from datetime import datetime
from typing import Any

from services.chassis.aggregate import Decision, decided, event_from
from services.chassis.errors import Invalid
from services.chassis.principal import Principal
from services.chassis.values import Line, Request, Text
from services.contracts.issues import CaseAmended, CaseShown, Priority
from services.contracts.marks import Code, Id
from services.issues.cases.domain.affected import raised
from services.issues.cases.domain.case import Case, of_category, with_remark
from services.issues.cases.domain.clock import Clocks, overtaken
from services.issues.cases.domain.reporting import PlaceElsewhere
from services.issues.cases.domain.rescaling import rescale
from services.issues.cases.domain.transitions import CLOSED, WHO, CaseCommand, not_now
from services.issues.catalogue.domain.catalogue import Catalogue
from services.issues.catalogue.domain.questions import Answers, answered, fitting
from services.issues.places.domain.datum import GivenPoint
from services.issues.places.domain.places import Place, PlaceIsRetired
from services.issues.shared.values import Floor

_COMPARED = ("category", "title", "priority", "at", "point", "floor", "spot", "answers")
_CALLED = {"at": "place", "point": "place"}
"""Fields of a case that a correction may change, and what those are called that are told otherwise: a point is told of
as the place."""


class NothingToAmend(
    Invalid, code="case.nothing-to-amend", zh="没有需要更正的内容。", en="Nothing of the case would change."
):
    """A correction corrects something."""


class Amend(Request):
    """The correction of a case. A field that is left out stays as it is; a title, floor, spot or point that is null is
    removed. `point` is the case's own, by which workers find it on the map before that of its place.

    `answers` are added to the present ones, or replace them; null removes one.
    """

    reason: Text
    category: Code | None = None
    title: Line | None = None
    priority: Priority | None = None
    place: Id | None = None
    floor: Floor | None = None
    spot: Line | None = None
    point: GivenPoint | None = None
    answers: Answers | None = None


def may_amend(case: Case, by: Principal, now: datetime) -> None:
    """Raises what `by` is refused for who would correct the case."""
    by.require(case.community, *WHO[CaseCommand.AMEND])
    if case.status in CLOSED:
        raise not_now(case.status, CaseCommand.AMEND)


def amend(
    case: Case,
    command: Amend,
    catalogue: Catalogue,
    place: Place | None,
    clocks: Clocks,
    by: Principal,
    now: datetime,
) -> Decision[Case]:
    """Correct the case.

    Args:
        catalogue: the one in force where the command names a category, else the edition of the case.
        place: the one that the command names.

    Raises:
        NothingToAmend: it stands like that already.
        NotNow: it is closed or merged.
        UnknownCategory, AnswersRefused, PlaceElsewhere, PlaceIsRetired: as they say.
    """
    may_amend(case, by, now)
    case, passed = overtaken(case, now)
    changes = {**_category_and_answers(case, command, catalogue), **_place(case, command, place)}
    if "title" in command.model_fields_set:
        changes["title"] = command.title
    if command.priority is not None:
        changes["priority"] = command.priority
    amended = Case.model_validate(case.model_dump() | changes)
    changed_fields = (name for name in _COMPARED if getattr(amended, name) != getattr(case, name))
    named = list(dict.fromkeys(_CALLED.get(name, name) for name in changed_fields))
    if not named and amended.catalogue == case.catalogue:
        raise NothingToAmend()
    if amended.deadlines != case.deadlines:
        amended = rescale(clocks, case, amended, now)
    changed = amended.model_copy(update={"remarks": with_remark(case, CaseCommand.AMEND, command.reason, by, now)})
    shown = [event_from(CaseShown, changed)] if changed.is_public and not case.is_public else []
    moved = {} if changed.handle_by == case.handle_by else {"previous_due_at": case.handle_by}
    told = event_from(CaseAmended, changed, amended=tuple(named), reason=command.reason, by=by.sub, **moved)
    return decided(changed, *passed, *shown, told)


def _category_and_answers(case: Case, command: Amend, catalogue: Catalogue) -> dict[str, Any]:
    given = command.answers or {}
    if command.category is None:
        if not given:
            return {}
        questions = catalogue.known(case.category).questions
        return {"answers": answered(questions, {**case.answers, **given})}
    category = catalogue.category(command.category)
    return {
        **of_category(category),
        "catalogue": catalogue.version,
        "priority": raised(category.priority, case.raised),
        "answers": answered(category.questions, {**fitting(category.questions, case.answers), **given}),
    }


def _place(case: Case, command: Amend, place: Place | None) -> dict[str, Any]:
    changes: dict[str, Any] = {
        name: getattr(command, name) for name in ("floor", "spot") if name in command.model_fields_set
    }
    if "point" in command.model_fields_set:
        changes["point"] = None if command.point is None else command.point.point()
    if place is None:
        return changes
    if place.community != case.community:
        raise PlaceElsewhere()
    if place.retired:
        raise PlaceIsRetired()
    changes |= {"place": place.outer, "at": place.id, "building": place.building}
    if place.storey is not None:
        changes["floor"] = place.storey
    elif place.id != case.at and "floor" not in changes:
        changes["floor"] = None
    return changes
