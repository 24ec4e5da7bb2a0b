"""Which commands somebody may give to a draft now: those that the rules which decide about them do not refuse.

One that lacks a field or a paper can't be submitted yet; whether its venue is free is told when it is approved.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.chassis.errors import CommunityError
from services.chassis.principal import Principal
from services.events.activities.domain.formalities import Formalities
from services.events.drafts import domain as rules
from services.events.drafts.domain import Draft, SendBack, WriteDraft

Rule = Callable[[Draft, Principal, datetime], Any]
_SOMETHING = SendBack(reason="-")


@dataclass(frozen=True, slots=True)
class DraftPossibility:
    """A command: the last part of its address, what people call it, and the rule that says who may give it when."""

    command: str
    zh: str
    en: str
    rule: Rule
    whole: bool = False
    """Whether the plan must have the papers that a rule asks for."""


POSSIBILITIES: tuple[DraftPossibility, ...] = (
    DraftPossibility("write", "修改", "Change", lambda draft, by, now: rules.write(draft, WriteDraft(), by, now)),
    DraftPossibility("submit", "提交审核", "Submit", rules.submit, whole=True),
    DraftPossibility("approve", "通过", "Approve", rules.approve, whole=True),
    DraftPossibility(
        "send-back", "退回修改", "Send back", lambda draft, by, now: rules.send_back(draft, _SOMETHING, by, now)
    ),
    DraftPossibility("drop", "作废", "Drop", rules.drop),
)


def possible(draft: Draft, by: Principal, now: datetime, formalities: Formalities) -> tuple[DraftPossibility, ...]:
    """The commands that `by` is not refused at `now`."""
    return tuple(each for each in POSSIBILITIES if _allows(each, draft, by, now, formalities))


def _allows(each: DraftPossibility, draft: Draft, by: Principal, now: datetime, formalities: Formalities) -> bool:
    try:
        each.rule(draft, by, now)
        if each.whole:
            formalities.require(draft.plan())
    except CommunityError:
        return False
    return True
