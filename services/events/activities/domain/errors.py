"""What an activity or a series refuses, and why."""

from services.chassis.errors import CommunityError, Conflict, Forbidden, Invalid, NotFound


class EndsBeforeItStarts(
    Invalid, code="activity.ends-before-start", zh="结束时间须晚于开始时间。", en="It must end after it starts."
):
    """An activity has a duration."""


class TooLong(
    Invalid, code="activity.too-long", zh="活动最长 {days} 天。", en="An activity lasts {days} days at most."
):
    """A wrong year makes an activity that never ends."""


class StartsInThePast(Invalid, code="activity.starts-in-past", zh="开始时间已经过去。", en="The start is in the past."):
    """Nobody can register for it."""


class NotScheduled(
    Conflict,
    code="activity.not-scheduled",
    zh="活动已{status_zh}，不能再更改。",
    en="The activity is {status} and can't be changed any more.",
):
    """Cancelled and completed are final."""


class HasBegun(
    Conflict,
    code="activity.has-begun",
    zh="活动已经开始或已有人签到，不能再改期或取消。",
    en="It has begun, or people have checked in already; it can't be moved or cancelled any more.",
):
    """What has begun is completed, never undone: hours hang on it."""


class NotOverYet(Conflict, code="activity.not-over-yet", zh="活动尚未结束。", en="The activity is not over yet."):
    """Completion is for what has taken place."""


class RegistrationClosed(
    Conflict,
    code="activity.registration-closed",
    zh="活动已经开始，报名和取消报名均已截止。",
    en="The activity has started: registering and withdrawing are closed.",
):
    """Who is not there by then is a no-show."""


class AlreadyRegistered(
    Conflict,
    code="activity.already-registered",
    zh="已经报名或在候补名单中，请勿重复报名。",
    en="There is a registration or a place on the waiting list already.",
):
    """One party per person."""


class NotRegistered(
    NotFound, code="activity.not-registered", zh="没有找到该报名。", en="There is no such registration."
):
    """Neither seated nor waiting."""


class PartyTooLarge(
    Invalid,
    code="activity.party-too-large",
    zh="一次报名人数不能超过 {limit} 人。",
    en="A party has {limit} people at most.",
):
    """A party that could never be seated would wait for ever."""


class WaitingListFull(Conflict, code="activity.waiting-list-full", zh="候补名单已满。", en="The waiting list is full."):
    """An activity is one document, so its lists are bounded."""


class GuardianMissing(
    Invalid,
    code="activity.guardian-missing",
    zh="本活动面向未成年人，须由监护人报名并同意。",
    en="This activity is for children: their guardian registers and consents.",
):
    """Under 14 a guardian decides (Personal Information Protection Law, Art. 31)."""


class AgeNotConfirmed(
    Invalid,
    code="activity.age-not-confirmed",
    zh="请确认同行人均年满 {min_age} 周岁。",
    en="Please confirm that everybody is {min_age} or older.",
):
    """A confirmation, so that no birth date is kept."""


class AttendanceAhead(
    Invalid,
    code="activity.attendance-ahead",
    zh="签到或签退时间不能在将来。",
    en="The time of coming or leaving can't be in the future.",
):
    """A list on paper tells what was."""


class LeftBeforeComing(
    Invalid, code="activity.left-before-coming", zh="签退时间早于签到时间。", en="Nobody leaves before they come."
):
    """The two times of a list on paper don't fit."""


class TooEarlyToCheckIn(
    Conflict,
    code="activity.too-early-to-check-in",
    zh="开始前 {minutes} 分钟起可以签到。",
    en="Check-in opens {minutes} minutes before the start.",
):
    """Hours begin with the activity, give or take the setting up."""


class TooLateToCheckIn(Conflict, code="activity.too-late-to-check-in", zh="活动已经结束。", en="The activity is over."):
    """Nobody arrives after the end."""


class AlreadyCheckedIn(Conflict, code="activity.already-checked-in", zh="已经签到。", en="Checked in already."):
    """Once per person and role."""


class NotCheckedIn(Conflict, code="activity.not-checked-in", zh="尚未签到。", en="Not checked in."):
    """Who has not come can't leave."""


class AlreadyCheckedOut(Conflict, code="activity.already-checked-out", zh="已经签退。", en="Checked out already."):
    """Minutes are counted once."""


class NotAVolunteerHere(
    Conflict,
    code="activity.not-a-volunteer-here",
    zh="不在本次活动的志愿者名单中。",
    en="Not one of the volunteers of this activity.",
):
    """Only staffed volunteers earn hours."""


class NotApproved(
    Conflict,
    code="activity.volunteer-not-approved",
    zh="该志愿者尚未获得批准。",
    en="Staff have not approved this volunteer.",
):
    """Whoever may not act as a volunteer earns no hours."""


class WrongCode(
    Forbidden,
    code="activity.wrong-code",
    zh="签到码不正确，或现在不是签到时间。",
    en="The check-in code is not right, or it is not the time for it.",
):
    """The code hangs at the venue: it shows that one is there. Wrong, early and late are told apart by nobody."""


class TooManyTries(
    CommunityError,
    code="activity.too-many-tries",
    status=429,
    zh="签到码尝试次数过多，请稍后再试，或请现场工作人员协助签到。",
    en="The check-in code was tried too often; try again later, or ask the desk.",
):
    """Six digits are guessed by whoever may try for long enough."""


class RuleUnreadable(
    Invalid,
    code="series.rule-unreadable",
    zh="重复规则无法识别：{why}。",
    en="The recurrence rule can't be used: {why}.",
):
    """Not RFC 5545, or a part of it that is not taken here."""


class NoSuchDate(
    Invalid, code="series.no-such-date", zh="该系列在 {on} 没有活动。", en="The series has no date on {on}."
):
    """Only dates that lie ahead and follow the rule can be skipped."""


class SeriesEndedAlready(Conflict, code="series.ended", zh="系列活动已经终止。", en="The series has ended."):
    """An ended series brings forth nothing."""
