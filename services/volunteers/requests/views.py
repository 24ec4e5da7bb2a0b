"""How the API shows requests for help, to who asked, who is helped, and staff."""

from datetime import datetime

from services.chassis.principal import Principal
from services.chassis.store.aggregates import Stored
from services.contracts.volunteers import HelpRequestState
from services.volunteers.names.store import CommunityNames, Name
from services.volunteers.requests.domain import HelpRequest
from services.volunteers.requests.possible import possible
from services.volunteers.shared.views import Identified, shown


class HelpRequestView(HelpRequestState, Identified):
    """Help that somebody asked for. `work` and `place`: its category and building in words.

    `can`: the commands that the caller may give now.
    """

    helped: str
    home: str | None
    words: str | None
    refused_because: str | None
    asked_at: datetime
    work: Name
    place: Name | None
    can: list[str]


def help_request_view(
    stored: Stored[HelpRequest], by: Principal, names: CommunityNames, now: datetime
) -> HelpRequestView:
    """The request as `by` sees it at `now`.

    Raises:
        UnknownAggregate: it was erased.
    """
    request = stored.aggregate
    told = {name: getattr(request, name) for name in ("helped", "home", "words", "refused_because", "asked_at")}
    return shown(
        HelpRequestView,
        stored,
        **told,
        work=names.work(request.category),
        place=names.place(request.building),
        can=possible(request, by, now),
    )
