"""Why nobody may register, withdraw or be put elsewhere: each refusal with its words."""

from services.chassis.errors import Conflict, Invalid, NotFound


class RegistrationClosed(
    Conflict,
    code="activity.registration-closed",
    zh="活动已经开始，报名和取消报名均已截止。",
    en="The activity has started: registering and withdrawing are closed.",
):
    """Whoever is not there at the start is a no-show."""


class AlreadyRegistered(
    Conflict,
    code="activity.already-registered",
    zh="已经报名或在候补名单中，请勿重复报名。",
    en="There is a registration or a place on the waiting list already.",
):
    """A person has one party in an activity."""


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
    """A party that could never be seated would wait for ever."""


class NotOpenYet(
    Conflict,
    code="activity.registration-not-open",
    zh="报名尚未开始，{opens_at} 起可以报名。",
    en="Registration opens at {opens_at}.",
):
    """The window is published; the desk keeps to it as well."""


class TooLateToWithdraw(
    Conflict,
    code="activity.cancel-deadline",
    zh="自行取消已截止，请联系服务台。",
    en="It is too late to withdraw by yourself; ask the desk.",
):
    """Whoever waits needs time to come."""


class SeatsShort(
    Conflict,
    code="activity.seats-short",
    zh="只剩 {left} 个名额，不足 {party} 人：可减少人数、全体候补或放弃。",
    en="{left} left, too few for {party}: take fewer seats, wait together, or give up.",
):
    """Nothing is split and nobody waits unless the person has said so."""


class GroupsUnclear(
    Invalid,
    code="activity.groups-unclear",
    zh="请按公布的组别填写人数，合计须等于总人数。",
    en="Say how many belong to each published group; the sum is the whole party.",
):
    """Where there are ticket groups, each head belongs to one."""


class Overlapping(
    Conflict,
    code="activity.overlapping",
    zh="同一时间已报名其他活动（{activity}）。确认仍要报名，请再次提交并注明。",
    en="There is another activity at that time ({activity}). Confirm it to register all the same.",
):
    """Nobody is in two places; where the terms allow it, they are warned and decide."""


class OverlappingRefused(
    Conflict,
    code="activity.overlapping-refused",
    zh="同一时间已报名其他活动（{activity}），本活动不接受重叠报名。",
    en="There is another activity at that time ({activity}), and this one takes nobody who has.",
):
    """By the terms of this activity."""


class MissedTooOften(
    Conflict,
    code="activity.missed-too-often",
    zh="近期已报名但未到场 {missed} 次，活动开始前 {hours} 小时内方可报名剩余名额。",
    en="Missed {missed} times lately without a word: free seats open to you {hours} hours before the start.",
):
    """The no-show policy: seats that are left are for everybody, others for those who come."""


class NoConsentStands(
    Invalid,
    code="activity.no-consent",
    zh="同行儿童没有有效的监护人同意，或不属于报名人。",
    en="For a child of the party no guardian's consent stands, or the child is not theirs.",
):
    """A consent that was withdrawn is none."""


class TooOld(
    Invalid,
    code="activity.too-old",
    zh="本活动限 {max_age} 周岁及以下，请确认年龄。",
    en="For people up to {max_age}: please confirm the ages.",
):
    """People confirm their age, so that no birth date need be kept."""


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
    """People confirm their age, so that no birth date need be kept."""
