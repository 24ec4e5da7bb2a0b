"""A team has a leader who stays; people join and leave it, each counted once."""

import pytest

from services.chassis.errors import NotYours
from services.contracts.volunteers import TeamKind
from services.volunteers.teams import domain as teams
from services.volunteers.teams.domain import Form, LeaderStays, Membership, NotAMember, NotRecruiting
from tests.unit.volunteers.decisions import assert_folds
from tests.unit.volunteers.making import a_team
from tests.unit.volunteers.world import HERE, NOW, ORGANISER, STAFF, STRANGER, person

ANN = person("ann")


def test_a_team_begins_with_its_leader() -> None:
    decision = teams.form("team-1", Form(community=HERE, title="舞蹈队", kind=TeamKind.HOBBY), ORGANISER, NOW)
    assert (decision.aggregate.leader, decision.aggregate.people) == ("organiser-1", frozenset({"organiser-1"}))
    assert_folds(None, decision)
    with pytest.raises(NotYours):
        teams.form("team-1", Form(community=HERE, title="舞蹈队", kind=TeamKind.HOBBY), ANN, NOW)
    with pytest.raises(NotYours):
        teams.form("team-1", Form(community=HERE, title="舞蹈队", kind=TeamKind.HOBBY, leader="ann"), ORGANISER, NOW)


def test_joining_and_leaving_count_each_person_once() -> None:
    team = a_team()
    joined = teams.join(team, Membership(), ANN, NOW)
    assert joined.aggregate.public().members == 2
    assert_folds(team, joined)
    assert teams.join(joined.aggregate, Membership(), ANN, NOW).events == ()
    left = teams.leave(joined.aggregate, Membership(), ANN, NOW)
    assert left.aggregate.public().members == 1
    assert_folds(joined.aggregate, left)
    assert teams.leave(left.aggregate, Membership(), ANN, NOW).events == ()


def test_a_closed_team_is_joined_through_its_leader() -> None:
    team = a_team(recruiting=False)
    with pytest.raises(NotRecruiting):
        teams.join(team, Membership(), ANN, NOW)
    assert "ann" in teams.join(team, Membership(person="ann"), ORGANISER, NOW).aggregate.people


def test_nobody_enrols_or_expels_others_but_the_leader_and_staff() -> None:
    team = teams.join(a_team(), Membership(), ANN, NOW).aggregate
    bob = person("bob")
    with pytest.raises(NotYours):
        teams.join(team, Membership(person="cai"), bob, NOW)
    with pytest.raises(NotYours):
        teams.leave(team, Membership(person="ann"), bob, NOW)
    with pytest.raises(NotYours):
        teams.join(team, Membership(), STRANGER, NOW)
    assert "ann" not in teams.leave(team, Membership(person="ann"), STAFF, NOW).aggregate.people


def test_the_leader_hands_over_before_leaving() -> None:
    team = teams.join(a_team(), Membership(), ANN, NOW).aggregate
    with pytest.raises(LeaderStays):
        teams.leave(team, Membership(), ORGANISER, NOW)
    with pytest.raises(NotAMember):
        teams.change(team, teams.ChangeTeam(leader="bob"), ORGANISER, NOW)
    with pytest.raises(NotYours):
        teams.change(team, teams.ChangeTeam(leader="ann"), ANN, NOW)
    handed = teams.change(team, teams.ChangeTeam(leader="ann"), ORGANISER, NOW)
    assert_folds(team, handed)
    assert "organiser-1" not in teams.leave(handed.aggregate, Membership(), ORGANISER, NOW).aggregate.people


def test_an_erased_member_is_gone_and_a_stand_in_leads_for_an_erased_leader() -> None:
    team = teams.join(a_team(), Membership(), ANN, NOW).aggregate
    without = teams.forget(team, "ann", "erased-1")
    assert without.aggregate.public().members == 1
    assert_folds(team, without)
    headless = teams.forget(team, "organiser-1", "erased-1")
    assert headless.aggregate.leader == "erased-1"
    assert_folds(team, headless)
    assert "organiser-1" not in headless.aggregate.model_dump_json()
