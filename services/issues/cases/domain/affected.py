"""The number of people affected by a case, which decides how urgent it is, and the number of cases that are parts of
it."""

from collections.abc import Sequence
from datetime import datetime

from services.chassis.aggregate import Decision, decided, event_from
from services.chassis.errors import Conflict
from services.chassis.principal import Principal, Role
from services.contracts.event import Event
from services.contracts.issues import CaseAffected, CaseChildrenCounted, CaseRaised, CaseStatus, Priority
from services.issues.cases.domain.case import Case
from services.issues.cases.domain.transitions import CLOSED, STATUS_WORDS

RAISED_AT = (5, 20, 100)
"""From how many people on the priority is one step higher, another one, and so on."""

_STEPS = tuple(Priority)


class YourOwnCase(
    Conflict,
    code="case.your-own",
    zh="这是您自己上报的案件，已经计入。",
    en="You reported it yourself and are counted already.",
):
    """Everybody counts once."""


class NobodyJoins(
    Conflict,
    code="case.nobody-joins",
    zh="案件当前状态为“{status}”，不能再附议。",
    en="The case is {status}; nobody joins it any more.",
):
    """A case that is over takes no new supporters; a problem that comes back is reported again."""


def require_joinable(case: Case, by: Principal, person: str) -> None:
    """Raises YourOwnCase or NobodyJoins where `person`, for whom `by` speaks, can't join."""
    by.require(case.community)
    if case.status in CLOSED or (case.status is CaseStatus.HANDLED and case.on_the_spot):
        raise NobodyJoins(status=STATUS_WORDS[case.status])
    if case.reporter == person or (person == by.sub and case.is_reporter(by)):
        raise YourOwnCase()


def may_support(case: Case, by: Principal, now: datetime) -> None:
    """Whether `by` joins the case, or may write down that somebody else does. Raises YourOwnCase or NobodyJoins."""
    somebody = by.has(case.community, Role.STAFF) and case.reporter is not None
    require_joinable(case, by, f"not {case.reporter}" if somebody else by.sub)


def raised(priority: Priority, steps: int) -> Priority:
    """`priority`, so many steps higher; there is none above urgent."""
    return _STEPS[min(_STEPS.index(priority) + max(steps, 0), len(_STEPS) - 1)]


def counted(case: Case, affected: int, children: int, raised_at: Sequence[int] = RAISED_AT) -> Decision[Case]:
    """Take both numbers as they were counted. More people raise the priority, fewer never lower it."""
    steps = max(case.raised, sum(affected >= many for many in raised_at))
    changed = case.model_copy(
        update={
            "affected": affected,
            "children": children,
            "raised": steps,
            "priority": raised(case.priority, steps - case.raised),
        }
    )
    events: list[Event] = []
    if affected != case.affected:
        events.append(event_from(CaseAffected, changed))
    if changed.priority is not case.priority:
        events.append(event_from(CaseRaised, changed))
    if children != case.children:
        events.append(event_from(CaseChildrenCounted, changed))
    return decided(changed, *events) if events else decided(case)
