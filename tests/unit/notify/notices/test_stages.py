"""Every status that was published has a stage, and every reason for not sending."""

from services.contracts.notices import NoticeStatus, Suppression
from services.notify.notices.domain.stages import OF_STATUS, Stage, of_suppression


def test_what_is_older_than_stages_has_one() -> None:
    assert set(OF_STATUS) == set(NoticeStatus)
    assert OF_STATUS[NoticeStatus.UNCERTAIN] is Stage.UNKNOWN
    assert {of_suppression(reason) for reason in Suppression} == {Stage.EXPIRED, Stage.REFUSED, Stage.SUPPRESSED}
