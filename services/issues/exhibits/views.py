"""What the API shows of exhibits."""

from pydantic import Field

from services.chassis.store.aggregates import Stored
from services.contracts.issues import ExhibitState
from services.issues.exhibits.domain import Exhibit
from services.issues.shared.views import Identified, shown

BASE = "/api/issues/v1/exhibits"


class ExhibitView(ExhibitState, Identified):
    """The pictures of a case that everybody sees."""

    before_url: str | None = Field(description="Where everybody gets the picture, without an account.")
    after_url: str | None


def exhibit_view(stored: Stored[Exhibit]) -> ExhibitView:
    """The exhibit as everybody may see it."""
    at = f"{BASE}/{stored.aggregate.id}" if stored.aggregate.shown else None
    return shown(
        ExhibitView,
        stored,
        before_url=None if at is None else f"{at}/before.jpg",
        after_url=None if at is None else f"{at}/after.jpg",
    )
