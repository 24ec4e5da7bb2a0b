"""Tells which commands somebody may give to a case now, and what each asks for.

It asks the rules that decide about the commands themselves: a command is possible where its rule refuses nothing that
the case, the caller or the time stands for. What is wrong with an input is told when it is given.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from services.chassis.errors import CommunityError
from services.chassis.principal import Principal
from services.chassis.values import Request
from services.issues.cases.domain import (
    affected,
    amending,
    assigning,
    extension,
    handling,
    handling_rules,
    merging,
    parents,
    pausing,
    remarks,
    reporting,
    verdict,
)
from services.issues.cases.domain.case import Case
from services.issues.cases.domain.transitions import WHO, CaseCommand, leads_somewhere
from services.issues.supports.domain.supports import GiveSupport

C = CaseCommand
Rule = Callable[[Case, Principal, datetime], Any]
"""Raises what somebody is refused for, whatever they bring."""


@dataclass(frozen=True, slots=True)
class Possibility:
    """A command: the request that it is given with, and the rule that says who may give it when."""

    command: CaseCommand
    request: type[Request]
    rule: Rule


def _of_unit(command: CaseCommand) -> Rule:
    return partial(_unit, command)


def _of_verifier(command: CaseCommand) -> Rule:
    return partial(_verifier, command)


def _unit(command: CaseCommand, case: Case, by: Principal, now: datetime) -> None:
    handling_rules.require_unit(case, command, by)


def _verifier(command: CaseCommand, case: Case, by: Principal, now: datetime) -> None:
    handling_rules.require_verifier(case, command, by)


class Release(Request):
    """The case is a part of no other case any more."""


POSSIBILITIES: tuple[Possibility, ...] = (
    Possibility(C.ACCEPT, reporting.Accept, reporting.may_accept),
    Possibility(C.DISPATCH, handling.Dispatch, handling.may_dispatch),
    Possibility(C.REASSIGN, handling.Reassign, handling.may_reassign),
    Possibility(C.TAKE, assigning.Take, assigning.may_take),
    Possibility(C.START, handling.Start, _of_unit(C.START)),
    Possibility(C.CONTACT, handling.ContactReporter, handling_rules.may_contact),
    Possibility(C.HANDLE, handling.Handle, _of_unit(C.HANDLE)),
    Possibility(C.GIVE_ON, assigning.GiveOn, assigning.may_give_on),
    Possibility(C.REQUEST_EXTENSION, extension.RequestExtension, extension.may_request_extension),
    Possibility(C.RETURN, handling.Return, handling_rules.may_give_back),
    Possibility(C.VERIFY, handling.Verify, _of_verifier(C.VERIFY)),
    Possibility(C.SEND_BACK, handling.SendBack, _of_verifier(C.SEND_BACK)),
    Possibility(C.GRANT_EXTENSION, extension.GrantExtension, extension.may_grant_extension),
    Possibility(C.REFUSE_EXTENSION, extension.RefuseExtension, extension.may_refuse_extension),
    Possibility(C.SUPPORT, GiveSupport, affected.may_support),
    Possibility(C.RATE, verdict.Rate, verdict.may_rate),
    Possibility(C.REOPEN, verdict.Reopen, verdict.may_reopen),
    Possibility(C.REMARK, remarks.AddRemark, remarks.may_remark),
    Possibility(C.AMEND, amending.Amend, amending.may_amend),
    Possibility(C.PAUSE, pausing.Pause, pausing.may_pause),
    Possibility(C.RESUME, pausing.Resume, pausing.may_resume),
    Possibility(C.MERGE, merging.Merge, merging.may_merge),
    Possibility(C.UNMERGE, merging.Unmerge, merging.may_unmerge),
    Possibility(C.ADOPT, parents.AdoptCase, parents.may_adopt),
    Possibility(C.RELEASE, Release, parents.may_release),
    Possibility(C.SPLIT_OFF, parents.SplitOff, parents.may_split_off),
    Possibility(C.REJECT, reporting.Reject, reporting.may_reject),
)
"""Every command that is given to a case that stands, the likeliest first."""


@dataclass(frozen=True, slots=True)
class Input:
    """One thing that a command asks for. `type` is that of JSON Schema, or the format of a text (`date-time`)."""

    name: str
    type: str
    required: bool


def possible(case: Case, by: Principal, now: datetime) -> Iterator[Possibility]:
    """The commands that `by`, who has their alias, may give to `case` at `now`."""
    if case.community not in by.communities:
        return
    for each in POSSIBILITIES:
        # What the tables refuse is passed over before the rule is asked, which would say the same and takes longer.
        roles = WHO[each.command]
        if not leads_somewhere(case.status, each.command) or (roles and not by.has(case.community, *roles)):
            continue
        try:
            each.rule(case, by, now)
        except CommunityError:
            continue
        yield each


def needed(command: CaseCommand, case: Case) -> frozenset[str]:
    """The inputs that `command` may do without, and not for this case: a handling that must be shown needs photos."""
    return frozenset({"photos"}) if command is C.HANDLE and case.evidence else frozenset()


def inputs_of(request: type[Request], needed: frozenset[str] = frozenset()) -> tuple[Input, ...]:
    """The fields of `request` that people have to enter, the required ones first; those `needed` are required too."""
    schema = request.model_json_schema()
    required = needed.union(schema.get("required", ()))
    found = [
        Input(name, _type(field, schema.get("$defs", {})), name in required)
        for name, field in schema.get("properties", {}).items()
    ]
    return tuple(sorted(found, key=lambda each: not each.required))


def _type(field: Mapping[str, Any], definitions: Mapping[str, Any]) -> str:
    """The type of `field` in a word: that of JSON Schema, or the format of a text that has one (`date-time`)."""
    options = [each for each in field.get("anyOf", (field,)) if each.get("type") != "null"]
    option = options[0]
    if "$ref" in option:
        option = definitions[option["$ref"].rsplit("/", 1)[1]]
    return str(option.get("format") or option.get("type") or "object")
