"""The call list: people who are told by voice, since they have no phone of their own or want no messages.

A message by call is on the list once it is due, and leaves it when somebody of the office says what came of the call.
"""

from datetime import datetime
from enum import StrEnum

from services.chassis.aggregate import Decision, decided
from services.chassis.errors import Conflict
from services.chassis.principal import Principal, Role
from services.contracts.notices import NoticeProgressed
from services.notify.notices.domain.notice import Notice, fact, suppressed
from services.notify.notices.domain.planning import Planned
from services.notify.notices.domain.sending import arrived, bounced
from services.notify.notices.domain.stages import Stage
from services.notify.shared.values import Way

CALLERS = (Role.STAFF, Role.GRID_WORKER)
"""Who may see the list and calls."""


class CallOutcome(StrEnum):
    """What came of a call."""

    TOLD = "told"
    NO_ANSWER = "no-answer"
    """They are called again."""
    WRONG_NUMBER = "wrong-number"


class NotOnTheList(Conflict, code="call.not-on-the-list", zh="不在电话名单上。", en="It is not on the call list."):
    """What was told, or never was to be told by voice, is called for nobody."""


def still_wanted(notice: Notice, planned: Planned) -> Decision[Notice]:
    """Take a message off the list where its plan as it is now says that it is not to be told any more."""
    if notice.channel is not Way.CALL or notice.stage is not Stage.ACCEPTED or planned.reason is None:
        return decided(notice)
    return suppressed(notice, planned.reason, planned.why)


def called(notice: Notice, outcome: CallOutcome, by: Principal, now: datetime) -> Decision[Notice]:
    """Somebody of the office has called. The same outcome again changes nothing, but that each «no answer» counts.

    Raises:
        NotOnTheList: it is no message by call, or it is told already.
    """
    by.require(notice.community, *CALLERS)
    if notice.channel is not Way.CALL:
        raise NotOnTheList()
    if notice.stage is not Stage.ACCEPTED:
        done = {CallOutcome.TOLD: Stage.DELIVERED, CallOutcome.WRONG_NUMBER: Stage.BOUNCED}.get(outcome)
        if notice.stage is not done:
            raise NotOnTheList()
        return decided(notice)
    match outcome:
        case CallOutcome.TOLD:
            return arrived(notice, now)
        case CallOutcome.WRONG_NUMBER:
            return bounced(notice)
        case CallOutcome.NO_ANSWER:
            again = notice.becoming(attempts=notice.attempts + 1)
            return decided(again, fact(NoticeProgressed, again))
