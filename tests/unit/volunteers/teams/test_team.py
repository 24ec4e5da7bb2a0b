"""What a team asks of whoever runs it, and what it shows of itself."""

import pytest

from services.chassis.errors import NotYours
from services.volunteers.teams.domain.leading import dissolve
from services.volunteers.teams.domain.team import Dissolved, require_run_by, require_standing
from tests.unit.volunteers.making import a_team
from tests.unit.volunteers.world import NOW, ORGANISER, STAFF, STRANGER, person


def test_its_leader_and_staff_run_it_while_it_stands() -> None:
    team = a_team()
    require_standing(team)
    for by in (ORGANISER, STAFF):
        require_run_by(team, by)
    for by in (person("ann"), STRANGER):
        with pytest.raises(NotYours):
            require_run_by(team, by)
    gone = dissolve(team, ORGANISER, NOW).aggregate
    with pytest.raises(Dissolved):
        require_run_by(gone, ORGANISER)


def test_a_team_of_before_is_open_as_it_was() -> None:
    stored = a_team().model_dump()
    for name in ("by_application", "call", "call_until", "invited", "applications", "dissolved"):
        del stored[name]
    assert type(a_team()).model_validate(stored) == a_team()
