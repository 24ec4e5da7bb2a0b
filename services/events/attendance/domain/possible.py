"""Which commands at the door somebody may give now, as the rules decide that are asked when they are given."""

from datetime import datetime, timedelta

from services.chassis.principal import Principal
from services.contracts.activities import ActivityStatus
from services.events.activities.domain.activity import Activity
from services.events.activities.domain.possible import ActivityPossibility
from services.events.attendance.domain import attendance, scans
from services.events.attendance.domain.scans import WalkIn


def _check_in(activity: Activity, by: Principal, now: datetime) -> None:
    """Try to check somebody in, as the desk, who is not there: a party, or a volunteer as though staff had approved
    them. Once the activity is over, the desk copies a list on paper."""
    activity.require_desk(by)
    here = {(each.person, each.as_volunteer) for each in activity.presences if each.left_at is None}
    expected = [(party.person, False) for party in activity.seated]
    if activity.status is ActivityStatus.COMPLETED:  # who left, and who helped, are entered no more
        here |= {(each.person, False) for each in activity.presences}
    else:
        left = [(each.person, each.as_volunteer) for each in activity.presences]
        expected += [*((person, True) for person in activity.volunteers), *left]
    person, as_volunteer = next((each for each in expected if each not in here), (by.sub, False))
    at = min(now, activity.ends_at - timedelta(seconds=1))
    attendance.check_in(activity, person, by, now, approved=True, as_volunteer=as_volunteer, at=at)


def _check_out(activity: Activity, by: Principal, now: datetime) -> None:
    activity.require_desk(by)
    still = next((each for each in activity.presences if each.left_at is None), None)
    if still is None:
        raise attendance.NotCheckedIn()
    attendance.check_out(activity, still.person, by, now, as_volunteer=still.as_volunteer)


def _strike(activity: Activity, by: Principal, now: datetime) -> None:
    """Try to correct a presence without hours: that of a party, or of a volunteer who is in their first stay."""
    uncounted = (p for p in activity.presences if not p.as_volunteer or (p.left_at is None and p.stay == 1))
    here = next(uncounted, None)
    if here is None:
        raise attendance.NotCheckedIn()
    attendance.strike(activity, here.person, by, now, as_volunteer=here.as_volunteer)


def _walk_in(activity: Activity, by: Principal, now: datetime) -> None:
    scans.walk_in(activity, "walk-in", WalkIn(), by, now)


POSSIBILITIES: tuple[ActivityPossibility, ...] = (
    ActivityPossibility("check-ins", "签到", "Check in", _check_in),
    ActivityPossibility("check-outs", "签退", "Check out", _check_out),
    ActivityPossibility("presences/strike", "更正签到", "Correct a presence", _strike),
    ActivityPossibility("scans", "上传扫码记录", "Send scans", _walk_in),
    ActivityPossibility("walk-ins", "现场登记", "Enter a walk-in", _walk_in),
)
"""The commands of this room."""
