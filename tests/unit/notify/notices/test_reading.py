"""What a recipient does with a notice in the inbox."""

import pytest

from services.chassis.errors import NotYours
from services.contracts.notices import NoticeStatus
from services.notify.notices.domain.notice import queue
from services.notify.notices.domain.planning import Planned
from services.notify.notices.domain.reading import NotInTheInbox, archive, read
from services.notify.notices.domain.sending import claim, sent
from services.notify.shared.values import Way
from tests.unit.notify.given import DAY, HOUR, NEIGHBOUR, NOW, RESIDENT, a_draft, a_queued
from tests.unit.notify.notices.test_sending import go

INBOX = Way.INBOX


def test_only_the_recipient_reads_and_only_what_is_there() -> None:
    delivered = queue(a_draft(), Planned(INBOX, NOW), NOW).aggregate
    with pytest.raises(NotYours):
        read(delivered, NEIGHBOUR, NOW)
    with pytest.raises(NotInTheInbox):
        read(a_queued(INBOX, NOW + DAY), RESIDENT, NOW)
    with pytest.raises(NotInTheInbox):
        read(sent(claim(a_queued(), go(), "one").aggregate, "one", NOW).aggregate, RESIDENT, NOW)
    seen = read(delivered, RESIDENT, NOW + HOUR).aggregate
    assert seen.read_at == NOW + HOUR
    assert read(seen, RESIDENT, NOW + DAY).events == ()


def test_what_is_put_away_counts_as_read() -> None:
    shown = queue(a_draft(), Planned(INBOX, NOW), NOW).aggregate
    away = archive(shown, RESIDENT, NOW + HOUR).aggregate
    assert (away.status, away.read_at, away.archived_at) == (NoticeStatus.READ, NOW + HOUR, NOW + HOUR)
    assert archive(away, RESIDENT, NOW + DAY).events == ()
    with pytest.raises(NotYours):
        archive(shown, NEIGHBOUR, NOW)
