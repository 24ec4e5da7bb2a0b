"""Merging (并案): cases that are the same matter go on as one, and come apart again where they were not.

Nobody moves. A merged case keeps its reporter, its supporters, its photos and its history, and points to the case that
goes on (`merged_into`); who is affected by that one are the people of all that point to it, each counted once. So
taking them apart gives back what was there, whatever the other case has become.

What goes on as a case that is not public is not public either. It stays so when they come apart until somebody has
looked at what else it is a part of (`company`).

`joined` is the case that the staff named, `merged_into` the one at the end of that chain; when a link of a chain
is made or undone, `follow` brings the pointers behind it up to date.
"""

from datetime import datetime
from typing import Any

from services.chassis.aggregate import Decision, decided, event_from
from services.chassis.errors import Conflict, UnknownAggregate
from services.chassis.principal import SYSTEM, Principal
from services.chassis.values import Request, Text
from services.contracts.issues import CaseMerged, CaseMergeMoved, CaseStatus, CaseUnmerged
from services.contracts.marks import Id
from services.issues.cases.domain.case import Case, with_remark
from services.issues.cases.domain.clock import Clocks, overtaken
from services.issues.cases.domain.transitions import CLOSED, WHO, CaseCommand, target


class MergedIntoItself(
    Conflict,
    code="case.merged-into-itself",
    zh="该案件已是（或将成为）自身的并入对象。",
    en="The case would be merged into itself.",
):
    """A case can't go on as itself: neither directly nor by way of cases that are merged into it."""


class MergedIntoClosed(
    Conflict,
    code="case.merged-into-closed",
    zh="目标案件已结案，请先重新办理或另行处理。",
    en="The other case is closed; reopen it first, or go on with this one.",
):
    """The reporter of the new case would be told nothing more."""


class Merge(Request):
    """The case is the same matter as `into`, or, if `into` is merged itself, as the case that goes on for it."""

    into: Id
    reason: Text | None = None


class Unmerge(Request):
    """The case is another matter after all."""

    reason: Text | None = None


def may_merge(case: Case, by: Principal, now: datetime) -> None:
    """Raises what `by` is refused for who would merge the case into another one."""
    by.require(case.community, *WHO[CaseCommand.MERGE])
    target(case.status, CaseCommand.MERGE)


def may_unmerge(case: Case, by: Principal, now: datetime) -> None:
    """Raises what `by` is refused for who would take the case out of its merger."""
    by.require(case.community, *WHO[CaseCommand.UNMERGE])
    target(case.status, CaseCommand.UNMERGE, None if case.held is None else case.held.status)


def merge(case: Case, command: Merge, survivor: Case, clocks: Clocks, by: Principal, now: datetime) -> Decision[Case]:
    """Merge the case. `survivor`: the case at the end of the chain that begins at `command.into`.

    Raises:
        UnknownAggregate: there is none in this community; that another has one is not told.
        MergedIntoItself, MergedIntoClosed: as they say.
        NotNow: it is closed, paused, or merged already.
    """
    by.require(case.community, *WHO[CaseCommand.MERGE])
    if survivor.community != case.community:
        raise UnknownAggregate(kind="case", id=command.into)
    may_merge(case, by, now)
    status = target(case.status, CaseCommand.MERGE)
    if case.id in (survivor.id, command.into):
        raise MergedIntoItself()
    if survivor.status in CLOSED:
        raise MergedIntoClosed()
    case, passed = overtaken(case, now)
    changed = clocks.hold(case, now).model_copy(
        update={
            "status": status,
            "merged_into": survivor.id,
            "joined": command.into,
            "within_private": case.within_private or not survivor.is_public,
            "remarks": with_remark(case, CaseCommand.MERGE, command.reason, by, now),
        }
    )
    return decided(changed, *passed, event_from(CaseMerged, changed, by=by.sub))


def unmerge(case: Case, command: Unmerge, clocks: Clocks, by: Principal, now: datetime) -> Decision[Case]:
    """The case goes on by itself where it was, with the time that it had left."""
    may_unmerge(case, by, now)
    remarks = with_remark(case, CaseCommand.UNMERGE, command.reason, by, now)
    return _apart(case, clocks, now, by.sub, remarks=remarks)


def undo_merge(case: Case, clocks: Clocks, now: datetime) -> Decision[Case]:
    """Undo a merger that two people made crosswise at the same moment. Undone already, nothing changes."""
    return decided(case) if case.status is not CaseStatus.MERGED else _apart(case, clocks, now, SYSTEM)


def follow(case: Case, survivor: str, *, public: bool = True) -> Decision[Case]:
    """Point a merged case to the one that goes on for it now. `public`: everybody may know of that one."""
    if case.status is not CaseStatus.MERGED or case.merged_into == survivor:
        return decided(case)
    changed = case.model_copy(update={"merged_into": survivor, "within_private": case.within_private or not public})
    return decided(changed, event_from(CaseMergeMoved, changed))


def _apart(case: Case, clocks: Clocks, now: datetime, by: str, **more: Any) -> Decision[Case]:
    back = None if case.held is None else case.held.status
    status = target(case.status, CaseCommand.UNMERGE, back)
    apart = {"status": status, "merged_into": None, "joined": None, **more}
    changed = clocks.release(case, now).model_copy(update=apart)
    return decided(changed, event_from(CaseUnmerged, changed, previous_case=case.merged_into, by=by))
