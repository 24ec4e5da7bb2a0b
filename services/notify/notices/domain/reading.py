"""What the recipient does with a notice in their inbox: reads it, and puts it away."""

from datetime import datetime

from services.chassis.aggregate import Decision, decided
from services.chassis.errors import Conflict, NotYours
from services.chassis.principal import Principal
from services.contracts.notices import NoticeProgressed, NoticeRead, NoticeStatus
from services.notify.notices.domain.notice import Notice, fact
from services.notify.shared.values import Way

_SEEN = frozenset({NoticeStatus.DELIVERED, NoticeStatus.READ})


class NotInTheInbox(
    Conflict, code="notice.not-in-inbox", zh="该通知不在收件箱中。", en="This notice is not in the inbox."
):
    """Only a notice that was shown can be marked as read."""


def read(notice: Notice, by: Principal, now: datetime) -> Decision[Notice]:
    """The recipient has seen the notice. Seeing it again changes nothing."""
    _require_shown(notice, by)
    if notice.status is NoticeStatus.READ:
        return decided(notice)
    seen = notice.becoming(status=NoticeStatus.READ, read_at=now)
    return decided(seen, fact(NoticeRead, seen))


def archive(notice: Notice, by: Principal, now: datetime) -> Decision[Notice]:
    """The recipient puts the notice away; it counts as read. Putting it away again changes nothing."""
    _require_shown(notice, by)
    if notice.archived_at is not None:
        return decided(notice)
    away = notice.becoming(status=NoticeStatus.READ, read_at=notice.read_at or now, archived_at=now)
    return decided(away, fact(NoticeProgressed, away))


def _require_shown(notice: Notice, by: Principal) -> None:
    if by.sub != notice.recipient:
        raise NotYours()
    if notice.channel is not Way.INBOX or notice.status not in _SEEN:
        raise NotInTheInbox()
