"""The table of words of enumerations. Kinds of work and skills are open sets, whose known codes stand in `names`."""

from collections.abc import Mapping
from enum import StrEnum

from services.contracts.volunteers import (
    CarePlanStatus,
    CertificateStatus,
    HelpRequestStatus,
    Hop,
    InvitationEnd,
    MealRoundStatus,
    NeedStatus,
    Origin,
    SeatRole,
    TakenOff,
    TeamKind,
    VolunteerStatus,
)
from services.volunteers.attendance.domain.presence import How
from services.volunteers.care.domain.kinds import CareKind
from services.volunteers.care.domain.recurrence import Every
from services.volunteers.hours.domain.ledger import CoinKind, PointKind
from services.volunteers.meals.domain.rounds import StopStatus
from services.volunteers.names.words import Said
from services.volunteers.needs.domain.asked import InvitationStatus
from services.volunteers.needs.domain.eligibility import RULES, Filter
from services.volunteers.needs.domain.offers import OfferStatus
from services.volunteers.needs.domain.outcome import NeedOutcome
from services.volunteers.people.domain.profile import AgeBand, Gender
from services.volunteers.records.domain.record import DocumentKind, Part
from services.volunteers.records.export import Sheet

SAID: Mapping[type[StrEnum], Mapping[StrEnum, Said]] = {
    CareKind: {
        CareKind.VISIT: ("上门慰问", "Visit"),
        CareKind.CHAT: ("陪伴聊天", "Chat"),
        CareKind.HAIRCUT: ("上门理发", "Haircut"),
        CareKind.MEAL: ("敬老配餐", "Meal"),
        CareKind.CHORES: ("帮做家务", "Chores"),
        CareKind.HEALTH_CHECK: ("上门体检", "Health check"),
    },
    CarePlanStatus: {CarePlanStatus.OPEN: ("进行中", "Open"), CarePlanStatus.CLOSED: ("已结束", "Closed")},
    CertificateStatus: {
        CertificateStatus.POSTED: ("公示中", "Posted"),
        CertificateStatus.ISSUED: ("已出具", "Issued"),
        CertificateStatus.REFUSED: ("未予出具", "Refused"),
        CertificateStatus.REVOKED: ("已撤销", "Revoked"),
    },
    HelpRequestStatus: {
        HelpRequestStatus.ASKED: ("待受理", "Asked"),
        HelpRequestStatus.GRANTED: ("已受理", "Granted"),
        HelpRequestStatus.REFUSED: ("未受理", "Refused"),
        HelpRequestStatus.WITHDRAWN: ("已撤回", "Withdrawn"),
    },
    MealRoundStatus: {
        MealRoundStatus.PLANNED: ("待出发", "Planned"),
        MealRoundStatus.UNDER_WAY: ("配送中", "Under way"),
        MealRoundStatus.CLOSED: ("已完成", "Closed"),
    },
    NeedStatus: {
        NeedStatus.OPEN: ("招募中", "Open"),
        NeedStatus.STAFFED: ("人员已齐", "Staffed"),
        NeedStatus.FULFILLED: ("已完成", "Fulfilled"),
        NeedStatus.LAPSED: ("名额未满", "Lapsed"),
        NeedStatus.CANCELLED: ("已取消", "Cancelled"),
    },
    NeedOutcome: {
        NeedOutcome.SERVED: ("全部完成", "Served"),
        NeedOutcome.PARTLY_SERVED: ("部分完成", "Partly served"),
        NeedOutcome.NOT_SERVED: ("无人服务", "Not served"),
    },
    Origin: {
        Origin.ACTIVITY: ("社区活动", "Activity"),
        Origin.CARE_PLAN: ("关爱帮扶", "Care plan"),
        Origin.DIRECT: ("居委会发起", "Direct"),
    },
    TakenOff: {
        TakenOff.UNSUITABLE: ("不适合该服务", "Unsuitable"),
        TakenOff.NOT_NEEDED: ("不再需要", "Not needed"),
        TakenOff.SAFETY: ("安全原因", "Safety"),
        TakenOff.AT_THEIR_WISH: ("本人要求", "At their wish"),
        TakenOff.OTHER: ("其他原因", "Other"),
    },
    SeatRole: {SeatRole.LEAD: ("主责", "Lead"), SeatRole.HELPER: ("协助", "Helper")},
    Hop: {
        Hop.PLAN: ("下次排班", "Next plan"),
        Hop.STANDBY: ("候补志愿者", "Standby"),
        Hop.RING: ("同时询问", "Ring"),
        Hop.GRID_WORKER: ("网格员", "Grid worker"),
    },
    InvitationEnd: {
        InvitationEnd.FILLED: ("已有人报名", "Filled"),
        InvitationEnd.MOVED: ("时间已变更", "Moved"),
        InvitationEnd.CANCELLED: ("已取消", "Cancelled"),
    },
    InvitationStatus: {
        InvitationStatus.OPEN: ("待答复", "Open"),
        InvitationStatus.ACCEPTED: ("已接受", "Accepted"),
        InvitationStatus.DECLINED: ("已谢绝", "Declined"),
        InvitationStatus.EXPIRED: ("已过期", "Expired"),
        InvitationStatus.THANKED: ("已有人报名，谢谢", "Thanked"),
        InvitationStatus.RELEASED: ("已释放", "Released"),
    },
    TeamKind: {TeamKind.HOBBY: ("文体队伍", "Hobby team"), TeamKind.SERVICE: ("志愿服务队", "Service team")},
    VolunteerStatus: {VolunteerStatus.ACTIVE: ("在册", "Active"), VolunteerStatus.PAUSED: ("暂停服务", "Paused")},
    How: {How.CODE: ("扫码", "By code"), How.SEEN: ("工作人员代签", "Seen by somebody in office")},
    Every: {Every.WEEK: ("每周", "Weekly"), Every.MONTH: ("每月", "Monthly")},
    CoinKind: {
        CoinKind.EARNED: ("服务存入", "Earned"),
        CoinKind.CORRECTED: ("更正", "Corrected"),
        CoinKind.PAID: ("支付", "Paid"),
        CoinKind.RECEIVED: ("收到", "Received"),
        CoinKind.GIVEN_BACK: ("退回", "Given back"),
        CoinKind.TAKEN_BACK: ("收回", "Taken back"),
    },
    PointKind: {
        PointKind.EARNED: ("服务获得", "Earned"),
        PointKind.CORRECTED: ("更正", "Corrected"),
        PointKind.SPENT: ("兑换", "Spent"),
        PointKind.GIVEN_BACK: ("退回", "Given back"),
    },
    StopStatus: {
        StopStatus.ORDERED: ("已订餐", "Ordered"),
        StopStatus.DELIVERED: ("已送达", "Delivered"),
        StopStatus.NOT_AT_HOME: ("家中无人", "Not at home"),
        StopStatus.CANCELLED: ("已取消", "Cancelled"),
    },
    Filter: {rule.name: (rule.zh, rule.en) for rule in RULES},
    OfferStatus: {
        OfferStatus.OFFERED: ("待答复", "Offered"),
        OfferStatus.ACCEPTED: ("已接受", "Accepted"),
        OfferStatus.CONFIRMED: ("已确认到场", "Confirmed"),
        OfferStatus.CHECKED_IN: ("已签到", "Checked in"),
        OfferStatus.NO_SHOW: ("未到场", "Did not come"),
        OfferStatus.FULFILLED: ("已完成", "Fulfilled"),
        OfferStatus.DECLINED: ("已谢绝", "Declined"),
        OfferStatus.EXPIRED: ("已过期", "Expired"),
        OfferStatus.WITHDRAWN: ("已退出", "Withdrawn"),
        OfferStatus.RELEASED: ("已释放", "Released"),
        OfferStatus.TAKEN_OFF: ("已调离", "Taken off"),
    },
    AgeBand: {
        AgeBand.YOUNGER: ("60岁以下", "Under 60"),
        AgeBand.SIXTIES: ("60至69岁", "60 to 69"),
        AgeBand.SEVENTIES: ("70至79岁", "70 to 79"),
        AgeBand.OLDEST: ("80岁及以上", "80 and over"),
    },
    Gender: {Gender.FEMALE: ("女", "Female"), Gender.MALE: ("男", "Male")},
    DocumentKind: {
        DocumentKind.IDENTITY_CARD: ("居民身份证", "Identity card"),
        DocumentKind.PASSPORT: ("护照", "Passport"),
        DocumentKind.RESIDENCE_PERMIT: ("居住证件", "Residence permit"),
        DocumentKind.OTHER: ("其他证件", "Other document"),
    },
    Part: {
        Part.TRAINING: ("培训", "Training"),
        Part.COMMENDATION: ("表彰奖励", "Commendation"),
        Part.EVALUATION: ("评价", "Evaluation"),
    },
    Sheet: {
        Sheet.BASIC: ("个人基本信息", "Basic information"),
        Sheet.SERVICE: ("志愿服务情况", "Services"),
        Sheet.TRAINING: ("培训情况", "Trainings"),
        Sheet.COMMENDATION: ("表彰奖励情况", "Commendations"),
        Sheet.EVALUATION: ("评价情况", "Evaluations"),
    },
}
