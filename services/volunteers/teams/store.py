"""How teams are kept and looked for."""

from collections.abc import Mapping, Sequence

from services.chassis.store.aggregates import Kind
from services.chassis.store.mongo import IndexModel
from services.contracts.topics import VOLUNTEERS
from services.contracts.volunteers import TeamState
from services.volunteers.shared.queries import found_by, listed_by
from services.volunteers.teams.domain.team import Team

TEAM = Kind(name="team", collection="teams", model=Team, topic=VOLUNTEERS, state=TeamState, zh="队伍", en="team")
KINDS = (TEAM,)

INDEXES: Mapping[str, Sequence[IndexModel]] = {
    TEAM.collection: [
        listed_by("community"),
        listed_by("community", "kind"),
        found_by("people"),
        found_by("invited"),
        found_by("applications.person"),
        found_by("asked_to_lead"),
    ],
}
