"""A case keeps company with others: where the case that it is a part of is not public, it is not public either.

The commands that put a case into company see to it themselves. These follow where the other case changes later, where a
case leaves its company, and where a category stops being public.
"""

from collections.abc import Iterable

from services.chassis.aggregate import Decision, decided, event_from
from services.contracts.issues import CaseShown, CaseStatus, CaseWithheld
from services.issues.cases.domain.case import Case


def whole_of(case: Case) -> list[str]:
    """The cases that `case` is a part of, or goes on as."""
    merged = (case.joined, case.merged_into) if case.status is CaseStatus.MERGED else ()
    return [id for id in dict.fromkeys((case.parent, *merged)) if id is not None]


def keep_company(case: Case, wholes: Iterable[Case]) -> Decision[Case]:
    """Take over from `wholes`, which are those of `whole_of`, whether the case is within what is not public."""
    within = not all(whole.is_public for whole in wholes)
    if within == case.within_private:
        return decided(case)
    return _told(case.model_copy(update={"within_private": within}))


def withdraw_category(case: Case, codes: Iterable[str]) -> Decision[Case]:
    """The categories `codes` are not public any more. One that becomes public does not take its old cases with it:
    they were reported in confidence.
    """
    if case.category not in codes or not case.public_category:
        return decided(case)
    return _told(case.model_copy(update={"public_category": False}))


def say_withheld(case: Case) -> Decision[Case]:
    """Say once more that the case is not for everybody: older versions published it as if it were."""
    return decided(case) if case.is_public else _told(case)


def _told(changed: Case) -> Decision[Case]:
    if changed.is_public:
        return decided(changed, event_from(CaseShown, changed))
    return decided(changed, CaseWithheld(**changed.public().model_dump()))
