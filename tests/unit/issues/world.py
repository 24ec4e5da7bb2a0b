"""People, places and units of one small community, and cases brought to any status by the shortest way."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from services.chassis.aggregate import Decision
from services.chassis.principal import Principal, Role, member
from services.contracts.event import fold
from services.contracts.issues import CaseStatus, PlaceKind, UnitKind
from services.issues.cases.domain.case import Case
from services.issues.cases.domain.clock import Clocks
from services.issues.cases.domain.extension import (
    GrantExtension,
    RefuseExtension,
    RequestExtension,
    grant_extension,
    refuse_extension,
    request_extension,
)
from services.issues.cases.domain.handling import (
    ContactReporter,
    Dispatch,
    Handle,
    Reassign,
    Return,
    SendBack,
    Start,
    Verify,
    contact,
    dispatch,
    give_back,
    handle,
    reassign,
    send_back,
    start,
    verify,
)
from services.issues.cases.domain.pausing import Pause, Resume, pause, resume
from services.issues.cases.domain.reporting import Accept, Reject, Report, accept, reject, report
from services.issues.cases.domain.transitions import CaseCommand
from services.issues.cases.domain.verdict import Rate, Reopen, rate, reopen
from services.issues.catalogue.residential import RESIDENTIAL
from services.issues.places.domain.places import Place, RegisterPlace, register_place
from services.issues.units.domain import RegisterUnit, Unit, register_unit

NOW = datetime(2024, 1, 29, 1, 0, tzinfo=UTC)
HERE = "sunshine"
LATER = NOW + timedelta(days=60)
CATALOGUE = RESIDENTIAL
CLOCKS = Clocks()


def person(sub: str, *roles: Role, units: tuple[str, ...] = (), community: str = HERE) -> Principal:
    return member(sub, community, *roles, units=units)


STAFF = person("staff-1", Role.STAFF)
RESIDENT = person("resident-1", Role.RESIDENT)
NEIGHBOUR = person("resident-2", Role.RESIDENT)
WALKER = person("grid-1", Role.GRID_WORKER)
STRANGER = person("staff-9", *Role, community="elsewhere")


def a_unit(code: str = "property", community: str = HERE) -> Unit:
    command = RegisterUnit(community=community, code=code, kind=UnitKind.PROPERTY, title="物业")
    return register_unit(command, person("op", Role.OPERATOR, community=community), NOW).aggregate


def a_compound(community: str = HERE) -> Place:
    command = RegisterPlace(community=community, kind=PlaceKind.COMPOUND, title="都市小区")
    return register_place(command, None, person("op", Role.OPERATOR, community=community), NOW).aggregate


def a_building(number: int = 9, community: str = HERE, floors: int | None = 18) -> Place:
    compound = a_compound(community)
    command = RegisterPlace(
        community=community,
        kind=PlaceKind.BUILDING,
        title=f"{number}号楼",
        parent=compound.id,
        number=number,
        floors=floors,
    )
    return register_place(command, compound, person("op", Role.OPERATOR, community=community), NOW).aggregate


UNIT = a_unit()
OTHER_UNIT = a_unit("street")
BUILDING = a_building()
HANDLER = person("handler-1", Role.HANDLER, units=(UNIT.id,))
OTHER_HANDLER = person("handler-2", Role.HANDLER, units=(OTHER_UNIT.id,))
SUPERVISOR = person("supervisor-1", Role.SUPERVISOR)

Step = Callable[[Any], Decision[Case]]


def a_report(by: Principal = RESIDENT, now: datetime = NOW, **fields: Any) -> Decision[Case]:
    body = {"community": HERE, "category": "lighting", "place": BUILDING.id, "text": "楼道灯不亮", **fields}
    return report("case-1", Report(**body), BUILDING, CATALOGUE, by, now)


STEPS: dict[CaseCommand, Step] = {
    CaseCommand.ACCEPT: lambda case: accept(case, Accept(title="公共照明损坏"), CATALOGUE, STAFF, NOW),
    CaseCommand.REJECT: lambda case: reject(case, Reject(reason="不属于社区职责"), STAFF, NOW),
    CaseCommand.DISPATCH: lambda case: dispatch(case, Dispatch(unit=UNIT.id), UNIT, CLOCKS, STAFF, NOW),
    CaseCommand.RETURN: lambda case: give_back(case, Return(reason="不归物业"), HANDLER, NOW),
    CaseCommand.START: lambda case: start(case, Start(), CLOCKS, HANDLER, NOW),
    CaseCommand.HANDLE: lambda case: handle(
        case, Handle(note="已换灯", photos=(f"photo-{len(case.after) + 1}",)), CLOCKS, HANDLER, NOW
    ),
    CaseCommand.VERIFY: lambda case: verify(case, Verify(note="亮了"), SUPERVISOR, NOW),
    CaseCommand.SEND_BACK: lambda case: send_back(case, SendBack(reason="仍不亮"), CLOCKS, SUPERVISOR, NOW),
    CaseCommand.REOPEN: lambda case: reopen(case, Reopen(reason="又坏了"), RESIDENT, NOW + timedelta(days=1)),
    CaseCommand.RATE: lambda case: rate(case, Rate(rating=5, comment="很好"), RESIDENT, NOW),
    CaseCommand.REASSIGN: lambda case: reassign(case, Reassign(unit=OTHER_UNIT.id), OTHER_UNIT, CLOCKS, STAFF, NOW),
    CaseCommand.CONTACT: lambda case: contact(case, ContactReporter(note="已电话联系"), CLOCKS, HANDLER, NOW),
    CaseCommand.PAUSE: lambda case: pause(case, Pause(until=LATER, reason="等配件"), CLOCKS, STAFF, NOW),
    CaseCommand.RESUME: lambda case: resume(case, Resume(), CLOCKS, STAFF, NOW),
    CaseCommand.REQUEST_EXTENSION: lambda case: request_extension(
        case, RequestExtension(until=LATER, reason="配件未到"), HANDLER, NOW
    ),
    CaseCommand.GRANT_EXTENSION: lambda case: grant_extension(case, GrantExtension(), CLOCKS, STAFF, NOW),
    CaseCommand.REFUSE_EXTENSION: lambda case: refuse_extension(case, RefuseExtension(reason="不必"), STAFF, NOW),
}
"""Every command, by somebody who may."""

C = CaseCommand
WAYS: dict[CaseStatus, tuple[CaseCommand, ...]] = {
    CaseStatus.REPORTED: (),
    CaseStatus.ACCEPTED: (C.ACCEPT,),
    CaseStatus.REJECTED: (C.REJECT,),
    CaseStatus.DISPATCHED: (C.ACCEPT, C.DISPATCH),
    CaseStatus.RETURNED: (C.ACCEPT, C.DISPATCH, C.RETURN),
    CaseStatus.IN_PROGRESS: (C.ACCEPT, C.DISPATCH, C.START),
    CaseStatus.HANDLED: (C.ACCEPT, C.DISPATCH, C.HANDLE),
    CaseStatus.SENT_BACK: (C.ACCEPT, C.DISPATCH, C.HANDLE, C.SEND_BACK),
    CaseStatus.VERIFIED: (C.ACCEPT, C.DISPATCH, C.HANDLE, C.VERIFY),
    CaseStatus.REOPENED: (C.REJECT, C.REOPEN),
    CaseStatus.EVALUATED: (C.ACCEPT, C.DISPATCH, C.HANDLE, C.VERIFY, C.RATE),
    CaseStatus.PAUSED: (C.ACCEPT, C.DISPATCH, C.START, C.PAUSE),
}
"""The shortest way from a resident's report to each status."""


def a_case(status: CaseStatus, **fields: Any) -> Case:
    case = a_report(**fields).aggregate
    for command in WAYS[status]:
        case = STEPS[command](case).aggregate
    if case.status is not status:
        raise AssertionError(f"the way to {status} ends at {case.status}")
    return case


def assert_folds(before: Any, decision: Decision[Any]) -> None:
    """The law of folding: the events' public data over the state before give the state after."""
    after = decision.aggregate.public()
    state = {} if before is None else before.public().model_dump(mode="json")
    for event in decision.events:
        state = fold(state, type(after), event.public_data())
    assert state == after.model_dump(mode="json")
