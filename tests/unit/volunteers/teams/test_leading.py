"""A team has a leader who stays, a name, calls for people, and an end."""

from datetime import timedelta

import pytest

from services.chassis.errors import NotYours
from services.chassis.values import local_date
from services.contracts.volunteers import TeamKind
from services.volunteers.teams.domain import joining, leading
from services.volunteers.teams.domain.team import (
    Apply,
    Call,
    CallIsOver,
    ChangeTeam,
    Dissolved,
    Form,
    Invite,
    LeaderStays,
    Membership,
    NotAMember,
    NotInvited,
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
    asked = leading.change(team, ChangeTeam(leader="ann"), ORGANISER, NOW)
    assert_folds(team, asked)
    with pytest.raises(LeaderStays):  # she has not said yes
        joining.leave(asked.aggregate, Membership(), ORGANISER, NOW)
    assert "accept-lead" in possible(asked.aggregate, ANN, NOW)
    handed = leading.accept_lead(asked.aggregate, ANN, NOW)
    assert_folds(asked.aggregate, handed)
    assert (handed.aggregate.leader, handed.aggregate.asked_to_lead) == ("ann", None)
    assert "organiser-1" not in joining.leave(handed.aggregate, Membership(), ORGANISER, NOW).aggregate.people


def test_a_member_leads_only_if_they_say_yes() -> None:
    team = joining.join(a_team(), Membership(), ANN, NOW).aggregate
    with pytest.raises(NotInvited):
        leading.accept_lead(team, ANN, NOW)
    asked = leading.change(team, ChangeTeam(leader="ann"), STAFF, NOW).aggregate
    assert leading.change(asked, ChangeTeam(leader="ann"), STAFF, NOW).events == ()
    declined = joining.decline(asked, ANN, NOW)
    assert_folds(asked, declined)
    assert (declined.aggregate.leader, declined.aggregate.asked_to_lead) == ("organiser-1", None)
    assert declined.events[0].model_dump()["leader"] == "organiser-1"
    gone = joining.leave(asked, Membership(), ANN, NOW).aggregate
    with pytest.raises(NotInvited):
        leading.accept_lead(gone, ANN, NOW)
    assert "ann" not in leading.forget(asked, "ann", "erased-1").aggregate.model_dump_json()


def test_of_two_records_of_one_person_the_one_that_goes_on_is_asked() -> None:
    applied = joining.apply(a_team(), Apply(words="想加入"), person("bob"), NOW).aggregate
    both = joining.invite(applied, Invite(person="cai"), STAFF, NOW).aggregate
    followed = leading.replace(both, "bob", "bob-2")
    assert_folds(both, followed)
    assert followed.aggregate.application("bob-2") is not None
    again = leading.replace(followed.aggregate, "cai", "cai-2")
    assert (again.aggregate.invited, again.events[0].model_dump()["person"]) == (frozenset({"cai-2"}), "cai-2")
    assert leading.replace(again.aggregate, "cai", "cai-2").events == ()


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


def test_who_has_left_for_good_belongs_to_no_team_and_leads_none() -> None:
    team = joining.join(a_team(), Membership(), ANN, NOW).aggregate
    asked = leading.change(team, ChangeTeam(leader="ann"), ORGANISER, NOW).aggregate
    without = leading.gone(asked, "ann")
    assert_folds(asked, without)
    assert (without.aggregate.people, without.aggregate.asked_to_lead) == (frozenset({"organiser-1"}), None)
    headless = leading.gone(team, "organiser-1")
    assert_folds(team, headless)
    assert (headless.aggregate.people, headless.aggregate.is_run_by(ORGANISER)) == (frozenset({"ann"}), False)
    led = leading.change(headless.aggregate, ChangeTeam(leader="ann"), STAFF, NOW).aggregate
    assert leading.accept_lead(led, ANN, NOW).aggregate.leader == "ann"
    invited = joining.invite(a_team(), Invite(person="ann"), ORGANISER, NOW).aggregate
    assert leading.gone(invited, "ann").aggregate.invited == frozenset()
    assert leading.gone(a_team(), "ann").events == ()


def test_a_call_does_not_begin_when_it_is_over() -> None:
    with pytest.raises(CallIsOver):
        leading.call(a_team(), Call(call_until=local_date(NOW) - timedelta(days=1)), ORGANISER, NOW)
    assert not leading.call(a_team(), Call(recruiting=False), ORGANISER, NOW).aggregate.recruiting
