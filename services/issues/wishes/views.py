"""The view of wishes in the API."""

from typing import Any

from services.chassis.principal import Principal, Role
from services.chassis.store.aggregates import Stored
from services.contracts.issues import WishState
from services.issues.shared.views import Identified
from services.issues.wishes.domain.wishes import Progress, Wish


class WishView(WishState, Identified):
    """A wish. `mine`: whether the caller supports it. `reports`: the reports on its plan.

    `text`, `hidden` and the reason for hiding are shown to the proposer and the staff alone; nobody else sees a hidden
    wish.
    """

    mine: bool
    reports: tuple[Progress, ...] = ()
    text: str | None = None
    hidden: bool | None = None
    hidden_for: str | None = None


def wish_view(stored: Stored[Wish], by: Principal, *, supports: bool) -> WishView:
    """The wish as `by` may see it. `supports`: whether `by` has given it their support."""
    wish = stored.aggregate
    state = {name: getattr(wish, name) for name in WishState.model_fields}
    more: dict[str, Any] = {"mine": supports or by.sub in wish.people, "reports": wish.reports}
    if by.sub == wish.proposer or by.has(wish.community, Role.STAFF):
        more |= {"text": wish.text, "hidden": wish.hidden, "hidden_for": wish.hidden_for}
    return WishView(id=wish.id, community=wish.community, version=stored.version, **state, **more)
