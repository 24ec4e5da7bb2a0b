"""What an answer says that somebody can do with a team is what the rules would not refuse."""

from services.volunteers.teams.domain import joining
from services.volunteers.teams.domain.team import (
    Apply,
    Invite,
)
from services.volunteers.teams.possible import possible
from tests.unit.volunteers.making import a_team
from tests.unit.volunteers.world import NOW, ORGANISER, STRANGER, person

ANN = person("ann")


def test_what_can_be_done_is_what_the_rules_would_not_refuse() -> None:
    team = a_team()
    assert possible(team, ANN, NOW) == ["join", "apply"]
    assert possible(team, STRANGER, NOW) == []
    assert {"invite", "hand-over", "rename", "call", "dissolve"} <= set(possible(team, ORGANISER, NOW))
    applied = joining.apply(team, Apply(), ANN, NOW).aggregate
    assert "decide" in possible(applied, ORGANISER, NOW)
    assert "decide" not in possible(applied, ANN, NOW)
    invited = joining.invite(a_team(recruiting=False), Invite(person="ann"), ORGANISER, NOW).aggregate
    assert possible(invited, ANN, NOW) == ["join", "apply", "decline"]
