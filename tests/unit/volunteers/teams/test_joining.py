"""People join and leave a team, each counted once and none unasked."""

import pytest
from pydantic import ValidationError

from services.chassis.errors import NotYours
from services.volunteers.teams.domain import joining
from services.volunteers.teams.domain.team import (
    Apply,
    Decide,
    Membership,
    NoApplication,
    NotInvited,
    NotRecruiting,
)
from tests.unit.volunteers.decisions import assert_folds
from tests.unit.volunteers.making import a_team
from tests.unit.volunteers.world import NOW, ORGANISER, STAFF, STRANGER, person

ANN = person("ann")


def test_joining_and_leaving_count_each_person_once() -> None:
    team = a_team()
    joined = joining.join(team, Membership(), ANN, NOW)
    assert joined.aggregate.public().members == 2
    assert_folds(team, joined)
    assert joining.join(joined.aggregate, Membership(), ANN, NOW).events == ()
    left = joining.leave(joined.aggregate, Membership(), ANN, NOW)
    assert left.aggregate.public().members == 1
    assert_folds(joined.aggregate, left)
    assert joining.leave(left.aggregate, Membership(), ANN, NOW).events == ()


def test_a_closed_team_is_joined_through_its_leader() -> None:
    team = a_team(recruiting=False)
    with pytest.raises(NotRecruiting):
        joining.join(team, Membership(), ANN, NOW)
    invited = joining.join(team, Membership(person="ann"), ORGANISER, NOW)
    assert "ann" not in invited.aggregate.people
    assert_folds(team, invited)
    assert "ann" in joining.join(invited.aggregate, Membership(), ANN, NOW).aggregate.people
    declined = joining.decline(invited.aggregate, ANN, NOW)
    assert_folds(invited.aggregate, declined)
    with pytest.raises(NotInvited):
        joining.decline(declined.aggregate, ANN, NOW)
    with pytest.raises(NotRecruiting):
        joining.join(declined.aggregate, Membership(), ANN, NOW)


def test_who_applies_is_admitted_or_refused_with_a_reason() -> None:
    team = a_team(by_application=True)
    with pytest.raises(NotRecruiting):
        joining.join(team, Membership(), ANN, NOW)
    applied = joining.apply(team, Apply(words="会唱高音"), ANN, NOW)
    assert_folds(team, applied)
    assert joining.apply(applied.aggregate, Apply(), ANN, NOW).events == ()
    with pytest.raises(ValidationError):
        Decide(person="ann", admit=False)
    with pytest.raises(NotYours):
        joining.decide(applied.aggregate, Decide(person="ann", admit=True), ANN, NOW)
    with pytest.raises(NoApplication):
        joining.decide(applied.aggregate, Decide(person="bob", admit=True), ORGANISER, NOW)
    admitted = joining.decide(applied.aggregate, Decide(person="ann", admit=True), ORGANISER, NOW)
    assert_folds(applied.aggregate, admitted)
    assert ("ann" in admitted.aggregate.people, admitted.aggregate.applications) == (True, ())
    refused = joining.decide(applied.aggregate, Decide(person="ann", admit=False, reason="声部已满"), ORGANISER, NOW)
    assert refused.aggregate.public().members == 1
    assert refused.aggregate.application("ann") is None
    assert joining.apply(refused.aggregate, Apply(), ANN, NOW).aggregate.application("ann") is not None


def test_nobody_enrols_or_expels_others_but_the_leader_and_staff() -> None:
    team = joining.join(a_team(), Membership(), ANN, NOW).aggregate
    bob = person("bob")
    with pytest.raises(NotYours):
        joining.join(team, Membership(person="cai"), bob, NOW)
    with pytest.raises(NotYours):
        joining.leave(team, Membership(person="ann"), bob, NOW)
    with pytest.raises(NotYours):
        joining.join(team, Membership(), STRANGER, NOW)
    assert "ann" not in joining.leave(team, Membership(person="ann"), STAFF, NOW).aggregate.people
