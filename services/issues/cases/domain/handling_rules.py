"""The rules that commands of handling ask first: who may handle a case, return it and verify it, and when."""

from datetime import datetime

from services.chassis.errors import Conflict, NotYours
from services.chassis.principal import Principal
from services.issues.cases.domain.case import Case
from services.issues.cases.domain.transitions import WHO, CaseCommand, target

MAX_RETURNS = 5
"""How often a case may be given back; then unit and staff agree, or the staff give it to another."""


class AlreadyContacted(
    Conflict,
    code="case.already-contacted",
    zh="已与上报人联系过，或没有可联系的人。",
    en="The reporter was spoken with already, or there is nobody to speak with.",
):
    """The first contact is recorded once."""


class VerifierIsHandler(
    Conflict,
    code="case.verifier-is-handler",
    zh="核查人不能是处置人，也不能来自处置单位。",
    en="The verifier must not have handled the case, nor belong to the handling unit.",
):
    """Whoever handles a case does not verify it (GB/T 30428)."""


class VerifierIsReporter(
    Conflict,
    code="case.verifier-is-reporter",
    zh="核查人不能是上报人。",
    en="The verifier must not be the reporter.",
):
    """The verifier is the reporter, and nobody verifies the handling of their own report."""


class ReturnedTooOften(
    Conflict,
    code="case.returned-too-often",
    zh="该案件已被退单 {times} 次，不能再退单，请与社区工作人员商定。",
    en="The case was returned {times} times already; it is not returned again. Agree with the staff.",
):
    """A case is given back a few times at the most: one that everybody gives back would be nobody's."""


def may_give_back(case: Case, by: Principal, now: datetime) -> None:
    """Raises what `by` is refused for who would return the case."""
    require_unit(case, CaseCommand.RETURN, by)
    if case.returned >= MAX_RETURNS:
        raise ReturnedTooOften(times=MAX_RETURNS)


def may_contact(case: Case, by: Principal, now: datetime) -> None:
    """Raises what `by` is refused for who would have spoken with the reporter."""
    require_unit(case, CaseCommand.CONTACT, by)
    if case.contacted_at is not None or not case.can_be_contacted:
        raise AlreadyContacted()


def require_unit(case: Case, command: CaseCommand, by: Principal) -> None:
    """The handling unit's people act on what is theirs; where nobody has it, the table's refusal is the clearer one."""
    by.require(case.community, *WHO[command])
    target(case.status, command)
    if not case.handled_by(by):
        raise NotYours()


def require_verifier(case: Case, command: CaseCommand, by: Principal) -> None:
    """A verifier has neither asked for the case nor worked on it."""
    by.require(case.community, *WHO[command])
    target(case.status, command)
    if by.sub in case.handlers or by.works_for(case.community, case.unit):
        raise VerifierIsHandler()
    if case.is_reporter(by):
        raise VerifierIsReporter()
