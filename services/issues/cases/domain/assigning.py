"""Within the unit that has a case, a person takes it (认领) and gives it on to a colleague, or back to all (转交)."""

from datetime import datetime

from services.chassis.aggregate import Decision, decided, event_from
from services.chassis.errors import Conflict, NotYours
from services.chassis.principal import Principal
from services.chassis.values import Request, Text
from services.contracts.issues import CaseGivenOn, CaseTaken
from services.contracts.marks import Id
from services.issues.cases.domain.case import Case, with_remark
from services.issues.cases.domain.transitions import WHO, WORKING, CaseCommand, not_now


class TakenAlready(Conflict, code="case.taken-already", zh="您已认领此案件。", en="You have taken the case already."):
    """Whoever has the case need not take it."""


class HasItAlready(
    Conflict, code="case.has-it-already", zh="该案件已在此人名下。", en="That person has the case already."
):
    """A case is given on to somebody who does not have it."""


class NotKnownAsColleague(
    Conflict,
    code="case.not-known-as-colleague",
    zh="此人尚未以该单位人员身份办理过案件，无法转交；请留空（退回单位），由对方自行认领。",
    en="That person has not worked on a case for the unit yet. Leave `to` out, and let them take the case themselves.",
):
    """Who belongs to a unit is known by their tokens alone, which they show as they take or start a case of it."""


class Take(Request):
    """I take the case, from a colleague too who has it."""


class GiveOn(Request):
    """`to`, a colleague of the same unit, does it; left out: whoever of the unit takes it.

    A colleague is known to be one who has had this case for the unit, has another of its cases, or had one last: they
    showed it as they took or started it. Whoever never did takes the case themselves.
    """

    to: Id | None = None
    note: Text | None = None


def may_take(case: Case, by: Principal, now: datetime) -> None:
    """Raises what `by` is refused for who would take the case."""
    _require_colleague(case, CaseCommand.TAKE, by)
    if case.assignee == by.sub:
        raise TakenAlready()


def may_give_on(case: Case, by: Principal, now: datetime) -> None:
    """Raises what `by` is refused for who would give the case on to a colleague who does not have it."""
    _require_colleague(case, CaseCommand.GIVE_ON, by)


def take(case: Case, command: Take, by: Principal, now: datetime) -> Decision[Case]:
    """`by` has the case from now on.

    Raises:
        TakenAlready: they have it.
        NotNow: no unit works on it.
    """
    may_take(case, by, now)
    changed = case.model_copy(update={"assignee": by.sub, "had_by": case.had_by | {by.sub}})
    return decided(changed, event_from(CaseTaken, changed, previous_person=case.assignee, by=by.sub))


def give_on(
    case: Case, command: GiveOn, by: Principal, now: datetime, *, colleague_in: str | None = None
) -> Decision[Case]:
    """The colleague whom the command names has the case from now on, or nobody yet.

    Args:
        colleague_in: the unit in which the person named is known to be; None where they are not known to be in it.

    Raises:
        HasItAlready: that is how it stands.
        NotKnownAsColleague: the person named is not known to be of the unit.
        NotNow: no unit works on it.
    """
    may_give_on(case, by, now)
    if command.to == case.assignee:
        raise HasItAlready()
    if command.to not in (None, by.sub, *case.had_by) and colleague_in != case.unit:
        raise NotKnownAsColleague()
    remarks = with_remark(case, CaseCommand.GIVE_ON, command.note, by, now)
    changed = case.model_copy(update={"assignee": command.to, "remarks": remarks})
    told = event_from(
        CaseGivenOn, changed, person=command.to, previous_person=case.assignee, note=command.note, by=by.sub
    )
    return decided(changed, told)


def _require_colleague(case: Case, command: CaseCommand, by: Principal) -> None:
    by.require(case.community, *WHO[command])
    if case.status not in WORKING:
        raise not_now(case.status, command)
    if not case.handled_by(by):
        raise NotYours()
