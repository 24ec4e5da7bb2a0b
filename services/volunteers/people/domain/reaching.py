"""How far a volunteer goes: the buildings that lie within so many metres of where the volunteer sets out.

These buildings are computed when a volunteer says how far they go, and again when the place of a building becomes known
or changes.
"""

from collections.abc import Mapping

from services.chassis.aggregate import Decision, decided, event_from
from services.contracts.volunteers import VolunteerChanged
from services.volunteers.people.domain.volunteer import Volunteer
from services.volunteers.shared.values.points import Point, metres_between

Points = Mapping[str, Point]
"""The places of the buildings of a community, by the id of the building, as far as they are known."""


def reaching(volunteer: Volunteer, points: Points) -> Volunteer:
    """The volunteer with `within` computed: the buildings that lie within `reach_metres` of where they set out.

    A building whose place is unknown does not lie within. The building from which they set out always does.
    """
    if volunteer.reach_metres is None:
        return volunteer if volunteer.within is None else volunteer.model_copy(update={"within": None})
    here = volunteer.base or points.get(volunteer.building or "")
    near = {id for id, there in points.items() if here and metres_between(here, there) <= volunteer.reach_metres}
    own = set() if volunteer.building is None else {volunteer.building}
    return volunteer.model_copy(update={"within": frozenset(near | own)})


def look_again(volunteer: Volunteer, points: Points) -> Decision[Volunteer]:
    """Compute `within` again, since the place of a building has become known or has changed."""
    changed = volunteer if volunteer.erased else reaching(volunteer, points)
    if changed.within == volunteer.within:
        return decided(volunteer)
    return decided(changed, event_from(VolunteerChanged, changed))
