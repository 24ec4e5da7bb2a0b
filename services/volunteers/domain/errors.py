"""What this service refuses, beside what every service does."""

from services.chassis.errors import Conflict, Forbidden, Invalid


class CertificateByStaff(
    Forbidden,
    code="volunteer.certificate-by-staff",
    zh="证书须由居委会工作人员核验后登记。",
    en="Certificates are entered by staff, who have seen them.",
):
    """A certificate opens the door to children and to patients: nobody vouches for their own."""


class NotByOneself(
    Forbidden,
    code="volunteer.not-by-oneself",
    zh="核验和批准须由其他工作人员办理。",
    en="Somebody else of the staff verifies and approves.",
):
    """Staff who volunteer don't vouch for themselves."""


class NotEligible(
    Conflict,
    code="volunteer.not-eligible",
    zh="该志愿者不符合条件：{filter}。",
    en="The volunteer can't take this: {filter}.",
):
    """A hard filter refuses; `filter` is its name."""


class AlreadyHeld(
    Conflict,
    code="volunteer.already-held",
    zh="该志愿者已为此邀请预留时间。",
    en="The volunteer's time is already held for this offer.",
):
    """One offer holds a person's time once."""


class NotRecruiting(
    Conflict, code="team.not-recruiting", zh="该队伍目前不招募队员。", en="The team is not recruiting just now."
):
    """Only the leader or staff may add somebody now."""


class LeaderStays(
    Conflict,
    code="team.leader-stays",
    zh="队长须先移交职责才能退出。",
    en="The leader hands over first, then leaves.",
):
    """A team has a leader."""


class NotAMember(Conflict, code="team.not-a-member", zh="对方不是该队伍的成员。", en="They are not in this team."):
    """Only a member can lead."""


class CarePlanClosedAlready(
    Conflict, code="care-plan.closed", zh="该帮扶计划已经结束。", en="The care plan is closed already."
):
    """A closed plan stays closed."""


class EndsBeforeStart(
    Invalid, code="need.ends-before-start", zh="结束时间必须晚于开始时间。", en="It must end after it starts."
):
    """Time runs one way."""


class TooLong(Invalid, code="need.too-long", zh="一次服务最长 24 小时。", en="One service takes 24 hours at most."):
    """Longer ones are several needs."""


class AlreadyStarted(
    Conflict, code="need.already-started", zh="服务已经开始或结束。", en="It has started already, or is over."
):
    """What has begun is no longer planned."""


class NotStarted(Conflict, code="need.not-started", zh="服务尚未开始。", en="It has not started yet."):
    """Hours are reported for what was done."""


class NeedClosed(Conflict, code="need.closed", zh="该需求已经结束（{status}）。", en="The need is over ({status})."):
    """Fulfilled, lapsed and cancelled are final."""


class NoOpenSeat(Conflict, code="need.no-open-seat", zh="名额已满。", en="Every seat is taken or offered."):
    """There are never more live offers than seats."""


class AskedBefore(
    Conflict, code="need.asked-before", zh="已经询问过该志愿者。", en="This volunteer was asked already."
):
    """Nobody is asked twice for the same."""


class NoSuchOffer(
    Conflict,
    code="offer.not-yours",
    zh="没有等待您答复的邀请。",
    en="There is no such offer to you.",
):
    """Only the person asked can answer."""


class OfferNotNow(
    Conflict,
    code="offer.not-now",
    zh="邀请目前为“{status}”，不能执行此操作。",
    en="The offer is {status}; that can't be done now.",
):
    """The table of offers has no such row."""


class OfferExpired(Conflict, code="offer.expired", zh="邀请已过期。", en="The offer has expired."):
    """The seat may be somebody else's by now."""


class OfActivity(
    Conflict,
    code="need.of-activity",
    zh="该需求属于活动，请在活动中办理。",
    en="The need belongs to an activity: change the activity.",
):
    """What an activity needs, and its hours, follow from the activity."""


class TooManyMinutes(
    Invalid,
    code="need.too-many-minutes",
    zh="最多可记 {limit} 分钟。",
    en="At most {limit} minutes can be entered.",
):
    """A little overtime is truthful, a day's is not."""


class UnknownEntry(Invalid, code="account.unknown-entry", zh="没有这条服务记录。", en="There is no such entry."):
    """Corrections name the entry they correct; a correction is not corrected itself, its entry is."""


class NeedHasMoved(
    Conflict, code="need.has-moved", zh="服务时间刚刚变更，请重试。", en="Its time has just changed; try again."
):
    """The time that was held is not the time that is needed."""
