"""Cases and their like: how many people have a problem, what is merged into what, what is a part of what."""

from services.contracts.event import Event
from services.contracts.issues.cases import CaseState, Priority
from services.contracts.marks import Id, Internal, OfficerId, Public
from services.contracts.topics import ISSUES


class CaseAffected(Event, type="cn.community.issues.case.affected.v1", topic=ISSUES, state=CaseState):
    """The number of people who have the problem changed; each person counts once. The supports tell who they are."""

    affected: Public[int]


class CaseRaised(Event, type="cn.community.issues.case.raised.v1", topic=ISSUES, state=CaseState):
    """So many people have the problem that the case must be handled sooner."""

    priority: Public[Priority]
    affected: Public[int]


class CaseMergeMoved(Event, type="cn.community.issues.case.merge-moved.v1", topic=ISSUES, state=CaseState):
    """The case into which this one was merged was merged itself, or taken apart again: another one goes on for both."""

    merged_into: Public[Id]


class CaseAdopted(Event, type="cn.community.issues.case.adopted.v1", topic=ISSUES, state=CaseState):
    """A case is a part of `parent` from now on."""

    parent: Public[Id]
    previous_parent: Public[Id | None]
    by: Internal[OfficerId]


class CaseReleased(Event, type="cn.community.issues.case.released.v1", topic=ISSUES, state=CaseState):
    """A case is no longer a part of another one."""

    parent: Public[Id | None]
    previous_parent: Public[Id | None]
    by: Internal[OfficerId]


class CaseChildrenCounted(Event, type="cn.community.issues.case.children-counted.v1", topic=ISSUES, state=CaseState):
    """The number of a case's parts changed."""

    children: Public[int]
