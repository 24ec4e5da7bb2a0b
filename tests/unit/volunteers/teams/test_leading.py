"""A team has a leader who stays, a name, calls for people, and an end."""

import pytest

from services.chassis.errors import NotYours
from services.contracts.volunteers import TeamKind
from services.volunteers.teams.domain import joining, leading
from services.volunteers.teams.domain.team import (
    Apply,
    Call,
    ChangeTeam,
    Dissolved,
    Form,
    Invite,
    LeaderStays,
    Membership,
    NotAMember,
    NotRecruiting,
    Rename,
)
from services.volunteers.teams.possible import possible
from tests.unit.volunteers.decisions import assert_folds
from tests.unit.volunteers.making import a_team
from tests.unit.volunteers.world import DAY, HERE, NOW, ORGANISER, STAFF, person

ANN = person("ann")


def test_a_team_begins_with_its_leader() -> None:
    decision = leading.form("team-1", Form(community=HERE, title="舞蹈队", kind=TeamKind.HOBBY), ORGANISER, NOW)
    assert (decision.aggregate.leader, decision.aggregate.people) == ("organiser-1", frozenset({"organiser-1"}))
    assert_folds(None, decision)
    with pytest.raises(NotYours):
        leading.form("team-1", Form(community=HERE, title="舞蹈队", kind=TeamKind.HOBBY), ANN, NOW)
    with pytest.raises(NotYours):
        leading.form("team-1", Form(community=HERE, title="舞蹈队", kind=TeamKind.HOBBY, leader="ann"), ORGANISER, NOW)


def test_a_call_ends_with_its_day_and_a_team_with_its_dissolution() -> None:
    team = a_team(recruiting=False)
    called = leading.call(team, Call(call="招募男高音", call_until=NOW.date()), ORGANISER, NOW)
    assert_folds(team, called)
    assert "ann" in joining.join(called.aggregate, Membership(), ANN, NOW).aggregate.people
    with pytest.raises(NotRecruiting):
        joining.join(called.aggregate, Membership(), ANN, NOW + DAY)
    renamed = leading.rename(team, Rename(title="夕阳红合唱团", title_en="Sunset Choir"), ORGANISER, NOW)
    assert_folds(team, renamed)
    dissolved = leading.dissolve(called.aggregate, ORGANISER, NOW)
    assert_folds(called.aggregate, dissolved)
    with pytest.raises(Dissolved):
        joining.join(dissolved.aggregate, Membership(), ANN, NOW)
    with pytest.raises(Dissolved):
        joining.invite(dissolved.aggregate, Invite(person="ann"), ORGANISER, NOW)
    with pytest.raises(Dissolved):
        leading.rename(dissolved.aggregate, Rename(title="新队"), STAFF, NOW)
    assert possible(dissolved.aggregate, STAFF, NOW) == []


def test_the_leader_hands_over_before_leaving() -> None:
    team = joining.join(a_team(), Membership(), ANN, NOW).aggregate
    with pytest.raises(LeaderStays):
        joining.leave(team, Membership(), ORGANISER, NOW)
    with pytest.raises(NotAMember):
        leading.change(team, ChangeTeam(leader="bob"), ORGANISER, NOW)
    with pytest.raises(NotYours):
        leading.change(team, ChangeTeam(leader="ann"), ANN, NOW)
    handed = leading.change(team, ChangeTeam(leader="ann"), ORGANISER, NOW)
    assert_folds(team, handed)
    assert "organiser-1" not in joining.leave(handed.aggregate, Membership(), ORGANISER, NOW).aggregate.people


def test_an_erased_member_is_gone_and_a_stand_in_leads_for_an_erased_leader() -> None:
    team = joining.join(a_team(), Membership(), ANN, NOW).aggregate
    without = leading.forget(team, "ann", "erased-1")
    assert without.aggregate.public().members == 1
    assert_folds(team, without)
    applied = joining.apply(team, Apply(words="想加入"), person("bob"), NOW).aggregate
    asked = joining.invite(applied, Invite(person="cai"), STAFF, NOW).aggregate
    for who in ("bob", "cai"):
        assert who not in leading.forget(asked, who, "erased-1").aggregate.model_dump_json()
    headless = leading.forget(team, "organiser-1", "erased-1")
    assert headless.aggregate.leader == "erased-1"
    assert_folds(team, headless)
    assert "organiser-1" not in headless.aggregate.model_dump_json()


def test_a_second_record_of_a_member_gives_way_to_the_one_that_goes_on() -> None:
    team = joining.join(a_team(), Membership(), ANN, NOW).aggregate
    followed = leading.replace(team, "ann", "anna")
    assert_folds(team, followed)
    assert followed.aggregate.people == {"anna", "organiser-1"}
    both = joining.join(team, Membership(), person("anna"), NOW).aggregate
    assert leading.replace(both, "ann", "anna").aggregate.public().members == 2
    led = leading.replace(team, "organiser-1", "anna")
    assert_folds(team, led)
    assert led.aggregate.leader == "anna"
    assert leading.replace(led.aggregate, "organiser-1", "anna").events == ()
