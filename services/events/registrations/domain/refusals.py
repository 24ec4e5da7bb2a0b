"""The refusals of registering, withdrawing and moving on the waiting list."""

from services.chassis.errors import Conflict, Invalid, NotFound


class RegistrationClosed(
    Conflict,
    code="activity.registration-closed",
    zh="报名和取消报名均已截止。",
    en="Registering and withdrawing are closed.",
):
    """The activity has started, or its published window has ended, so that nobody registers by themselves any more;
    once it has started nobody withdraws or answers either."""


class AlreadyRegistered(
    Conflict,
    code="activity.already-registered",
    zh="已经报名或在候补名单中，请勿重复报名。",
    en="There is a registration or a place on the waiting list already.",
):
    """The person has a party in the activity already, and may have only one."""


class NotRegistered(
    NotFound, code="activity.not-registered", zh="没有找到该报名。", en="There is no such registration."
):
    """The person has neither a seat nor a place on the waiting list."""


class PartyTooLarge(
    Invalid,
    code="activity.party-too-large",
    zh="一次报名人数不能超过 {limit} 人。",
    en="A party has {limit} people at most.",
):
    """The party is larger than the capacity, so that it could never be seated."""


class NotOpenYet(
    Conflict,
    code="activity.registration-not-open",
    zh="报名尚未开始，{opens_at} 起可以报名。",
    en="Registration opens at {opens_at}.",
):
    """Registration has not opened yet. The published window holds for the desk too."""


class TooLateToWithdraw(
    Conflict,
    code="activity.cancel-deadline",
    zh="自行取消已截止，请联系服务台。",
    en="It is too late to withdraw by yourself; ask the desk.",
):
    """The deadline for withdrawing has passed, because people who move up need time to come."""


class AlreadyThere(
    Conflict,
    code="activity.already-there",
    zh="已经签到，名额不能再退出或转给他人；如签到有误，请服务台先更正签到。",
    en="Checked in already, so the seats can't be given up; where that was a mistake, the desk corrects it first.",
):
    """The seats of somebody who is there are not given to others. The desk can correct the presence first."""


class SeatsShort(
    Conflict,
    code="activity.seats-short",
    zh="只剩 {left} 个名额，不足 {party} 人：可减少人数、全体候补或放弃。",
    en="{left} left, too few for {party}: take fewer seats, wait together, or give up.",
):
    """There are too few seats for the party, and the person has not chosen to wait."""


class GroupsUnclear(
    Invalid,
    code="activity.groups-unclear",
    zh="请按公布的组别填写人数，合计须等于总人数。",
    en="Say how many belong to each published group; the sum is the whole party.",
):
    """The activity has ticket groups, and the heads of the party are not divided into them."""


class ChildrenUncounted(
    Invalid,
    code="activity.children-uncounted",
    zh="同行儿童每人计一次，且不得多于报名人数。",
    en="Each child of the party is named once and is one of its heads.",
):
    """A child takes a seat like everybody else. Where all heads are children, their guardian takes none."""


class GuardianOfNobody(
    Invalid,
    code="activity.guardian-of-nobody",
    zh="以监护人身份报名，请写明同行的儿童（须先登记并同意）。",
    en="Who registers as a guardian names the children of the party, as entered, with a consent that stands.",
):
    """A consent is a record of one child, so that it can be withdrawn."""


class Overlapping(
    Conflict,
    code="activity.overlapping",
    zh="同一时间已报名或候补其他活动（{activity}）。确认仍要报名，请再次提交并注明。",
    en="You have or wait for another activity at that time ({activity}). Confirm it to register all the same.",
):
    """The person has something else at that time or waits for it, and has not confirmed that they know it."""


class OverlappingRefused(
    Conflict,
    code="activity.overlapping-refused",
    zh="同一时间已报名或候补其他活动（{activity}），本活动不接受重叠报名；如要改报，请先退出该活动。",
    en="You have or wait for another activity at that time ({activity}), which this one refuses: withdraw there first.",
):
    """The person has something else at that time or waits for it, which the terms of this activity don't allow."""


class MissedTooOften(
    Conflict,
    code="activity.missed-too-often",
    zh="近期已报名但未到场 {missed} 次，活动开始前 {hours} 小时内方可报名剩余名额。",
    en="Missed {missed} times lately without a word: free seats open to you {hours} hours before the start.",
):
    """The person was missed too often lately, and gets only seats that are left shortly before the start."""


class NoConsentStands(
    Invalid,
    code="activity.no-consent",
    zh="同行儿童没有有效的监护人同意，或不属于报名人。",
    en="For a child of the party no guardian's consent stands, or the child is not theirs.",
):
    """A child in the party has no valid consent, because none was given or it was withdrawn."""


class TooOld(
    Invalid,
    code="activity.too-old",
    zh="本活动限 {max_age} 周岁及以下，请确认年龄。",
    en="For people up to {max_age}: please confirm the ages.",
):
    """People confirm their age, so that no birth date need be kept."""


class ChildUnfit(
    Invalid,
    code="activity.child-age",
    zh="按登记的出生年份，同行儿童在活动当天不在 {ages} 周岁之内。",
    en="By the birth year on record, a child of the party is not of the ages {ages} on that day.",
):
    """A child can't be of the ages that the activity is for, whatever is confirmed. Where the year leaves it open,
    because the birthday lies before or after, the guardian's word holds."""


class GuardianMissing(
    Invalid,
    code="activity.guardian-missing",
    zh="本活动面向未成年人，须由监护人报名、写明同行的儿童并同意。",
    en="This activity is for children: their guardian registers, names them and consents.",
):
    """A person under 14 is registered without a guardian, who decides for them (Personal Information Protection Law,
    Art. 31)."""


class AgeNotConfirmed(
    Invalid,
    code="activity.age-not-confirmed",
    zh="本活动面向 {ages} 周岁，请确认年龄。",
    en="For people of the ages {ages}: please confirm the ages.",
):
    """People confirm their age, so that no birth date need be kept."""
