"""Which commands at the door somebody may give now, as the rules decide that are asked when they are given."""

from datetime import datetime, timedelta

from services.chassis.principal import Principal
from services.events.activities.domain.activity import Activity
from services.events.activities.domain.possible import ActivityPossibility
from services.events.attendance.domain import attendance, scans
from services.events.attendance.domain.scans import WalkIn


def _check_in(activity: Activity, by: Principal, now: datetime) -> None:
    """The desk checks somebody in who registered and is not there yet; once it is over, from a list on paper."""
    activity.require_desk(by)
    here = {presence.person for presence in activity.presences}
    person = next((party.person for party in activity.seated if party.person not in here), by.sub)
    at = min(now, activity.ends_at - timedelta(seconds=1))
    attendance.check_in(activity, person, by, now, approved=True, as_volunteer=False, at=at)


def _check_out(activity: Activity, by: Principal, now: datetime) -> None:
    activity.require_desk(by)
    still = next((each for each in activity.presences if each.left_at is None), None)
    if still is None:
        raise attendance.NotCheckedIn()
    attendance.check_out(activity, still.person, by, now, as_volunteer=still.as_volunteer)


def _strike(activity: Activity, by: Principal, now: datetime) -> None:
    here = next((each for each in activity.presences if not each.as_volunteer or each.left_at is None), None)
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
