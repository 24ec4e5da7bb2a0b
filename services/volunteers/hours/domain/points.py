"""Points (积分): a ledger beside hours and coins. Points are earned by the hour, at a rate for each kind of service.

Points are whole numbers, cut and never rounded up. A correction of an entry corrects its points, the points of a day
are capped, and staff record what somebody redeemed. Lines are added and never changed.
"""

from datetime import datetime

from pydantic import Field

from services.chassis.aggregate import Decision, decided
from services.chassis.errors import Conflict, Invalid
from services.chassis.principal import Principal, Role
from services.chassis.values import Line, Request
from services.contracts.marks import Id
from services.contracts.volunteers import AccountRedeemed, AccountRedemptionReversed
from services.volunteers.hours.domain.ledger import Account, OwnAccount, PointKind, PointLine


class NotEnoughPoints(
    Conflict, code="account.not-enough-points", zh="积分余额不足。", en="There are not enough points."
):
    """The account has fewer points than are to be redeemed."""


class NoSuchRedemption(
    Invalid, code="account.no-such-redemption", zh="没有这笔积分兑换。", en="There is no such redemption."
):
    """The account has no such redemption to give back."""


class RedemptionReversed(
    Conflict,
    code="account.redemption-reversed",
    zh="这笔积分兑换已经退回。",
    en="The points were given back already.",
):
    """The redemption was given back before, and can be given back only once."""


class Redeem(Request):
    """The redemption of points for something."""

    points: int = Field(ge=1, le=1_000_000, strict=True)
    what: Line


class GiveBackPoints(Request):
    """The redemption to be given back."""

    redemption: Id


def redeem(account: Account, command: Redeem, redemption: str, by: Principal, now: datetime) -> Decision[Account]:
    """Record, as staff, that points were redeemed.

    Raises:
        NotYours: the caller is not staff.
        OwnAccount: the points are the caller's own.
        NotEnoughPoints: the account has fewer points.
    """
    _require_another_of_staff(account, by)
    if account.erased or account.points < command.points:
        raise NotEnoughPoints()
    line = PointLine(
        kind=PointKind.SPENT, points=-command.points, reference=redemption, what=command.what, at=now, by=by.sub
    )
    return decided(account.with_points(line), AccountRedeemed(redemption=redemption, points=command.points))


def give_back(account: Account, command: GiveBackPoints, by: Principal, now: datetime) -> Decision[Account]:
    """Give points back, as staff, once. The redemption stays on record.

    Raises:
        NotYours, OwnAccount: as for `redeem`.
        NoSuchRedemption, RedemptionReversed: there is no such redemption, or it was given back before.
    """
    _require_another_of_staff(account, by)
    lines = [line for line in account.point_lines if line.reference == command.redemption]
    taken = next((line for line in lines if line.kind is PointKind.SPENT), None)
    if taken is None:
        raise NoSuchRedemption()
    if any(line.kind is PointKind.GIVEN_BACK for line in lines):
        raise RedemptionReversed()
    line = PointLine(kind=PointKind.GIVEN_BACK, points=-taken.points, reference=command.redemption, at=now, by=by.sub)
    told = AccountRedemptionReversed(redemption=command.redemption, points=-taken.points)
    return decided(account.with_points(line), told)


def _require_another_of_staff(account: Account, by: Principal) -> None:
    by.require(account.community, Role.STAFF)
    if by.sub == account.volunteer:
        raise OwnAccount()
