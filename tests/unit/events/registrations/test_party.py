"""Who is in a party: its heads, its children and their guardian, when it registers, enrols or is changed."""

import pytest

from services.chassis.errors import CommunityError
from services.contracts.activities import ActivityDetails, ActivityPartyChanged, ActivityPromoted, Terms
from services.events.activities.domain.activity import Activity
from services.events.activities.domain.parties import Party
from services.events.activities.domain.possible import possible
from services.events.attendance.domain.attendance import check_in
from services.events.children.domain import Child, Consent
from services.events.enrolments.domain import Enrol, enrol
from services.events.registrations import domain as rules
from services.events.registrations.domain import ChangeParty, GroupOf, Register
from services.events.registrations.domain.possible import POSSIBILITIES
from services.events.series.domain.series import start
from tests.unit.events.given import GRID, HOME, HOUR, MINUTE, NOW, STAFF, START, activity, plan, resident
from tests.unit.events.lawful import took

CONSENT = Consent(text="consent-v1", given_at=NOW, by="resident-1")
KID = Child(id="child-1", community=HOME, guardian="resident-1", birth_year=2018, consents=(CONSENT,))
OTHER = Child(id="child-2", community=HOME, guardian="resident-1", birth_year=2016, consents=(CONSENT,))
NOT_THEIRS = Child(id="child-3", community=HOME, guardian="resident-2", birth_year=2016, consents=(CONSENT,))


def _party(there: Activity, n: int = 1) -> Party:
    found = there.party_of(f"resident-{n}")
    assert found is not None
    return found


def _with(capacity: int, *parties: int) -> Activity:
    made = activity(capacity=capacity)
    for n, heads in enumerate(parties, 1):
        made = rules.register(made, f"resident-{n}", heads, resident(n), NOW).aggregate
    return made


REFUSED: list[tuple[dict[str, object], type[CommunityError]]] = [
    ({"party": 2, "guardian": True}, rules.GuardianOfNobody),
    ({"party": 2}, rules.GuardianMissing),
    ({"party": 1, "children": ("child-1", "child-2")}, rules.ChildrenUncounted),
    ({"party": 2, "children": ("child-1", "child-1")}, rules.ChildrenUncounted),
    ({"party": 2, "children": ("child-3",)}, rules.NoConsentStands),
]


@pytest.mark.parametrize(("body", "refusal"), REFUSED)
@pytest.mark.parametrize("by", [resident(1), GRID])
def test_a_party_of_children_is_counted_alike_on_every_way(
    body: dict[str, object], refusal: type[CommunityError], by: object
) -> None:
    caller = resident(1) if by == resident(1) else GRID
    asked, theirs = Register.model_validate(body), [KID, OTHER, NOT_THEIRS]
    with pytest.raises(refusal):
        rules.register(
            activity(guardian_required=True),
            "resident-1",
            asked.party,
            caller,
            NOW,
            guardian=asked.guardian,
            asked=asked,
            children=theirs,
        )
    series = start("series-1", HOME, plan(guardian_required=True), "FREQ=WEEKLY", STAFF, NOW).aggregate
    with pytest.raises(refusal):
        enrol("enrolment-1", series, Enrol.model_validate(body), "resident-1", caller, NOW, theirs)


def test_a_child_comes_alone_or_with_its_guardian() -> None:
    made = activity(guardian_required=True)
    asked = Register(children=("child-1",))
    alone = rules.register(made, "resident-1", 1, resident(1), NOW, asked=asked, children=[KID]).aggregate
    assert (alone.taken, _party(alone).children) == (1, ("child-1",))
    together = took(
        alone, lambda a: rules.change_party(a, "resident-1", ChangeParty(party=2), resident(1), NOW, [KID])
    ).aggregate
    assert (together.taken, _party(together).children) == (2, ("child-1",))
    two = ChangeParty(party=2, children=("child-1", "child-2"))
    both = took(together, lambda a: rules.change_party(a, "resident-1", two, resident(1), NOW, [KID, OTHER])).aggregate
    assert _party(both).children == ("child-1", "child-2")
    with pytest.raises(rules.ChildrenUncounted):
        rules.change_party(both, "resident-1", ChangeParty(party=1), resident(1), NOW, [KID, OTHER])
    with pytest.raises(rules.GuardianMissing):
        rules.change_party(both, "resident-1", ChangeParty(party=1, children=()), resident(1), NOW)
    with pytest.raises(rules.NoConsentStands):
        rules.change_party(together, "resident-1", two, resident(1), NOW, [KID])


def test_a_party_grows_where_there_are_seats_and_what_it_gives_up_is_given_on() -> None:
    there = _with(3, 1, 1, 2)
    with pytest.raises(rules.SeatsShort) as refusal:
        rules.change_party(there, "resident-1", ChangeParty(party=3), resident(1), NOW)
    assert refusal.value.params == {"left": 2, "party": 3}
    grown = took(there, lambda a: rules.change_party(a, "resident-1", ChangeParty(party=2), resident(1), NOW))
    (event,) = grown.events
    assert isinstance(event, ActivityPartyChanged)
    assert (event.party, event.taken, event.own, event.waitlisted) == (2, 3, True, False)
    same = took(grown.aggregate, lambda a: rules.change_party(a, "resident-1", ChangeParty(party=2), STAFF, NOW))
    assert same.events == ()
    waits = took(grown.aggregate, lambda a: rules.change_party(a, "resident-3", ChangeParty(party=1), STAFF, NOW))
    assert waits.aggregate.position_of("resident-3") == 1
    smaller = took(waits.aggregate, lambda a: rules.change_party(a, "resident-1", ChangeParty(party=1), STAFF, NOW))
    assert [e.person for e in smaller.events if isinstance(e, ActivityPromoted)] == ["resident-3"]


def test_a_waiting_party_that_is_made_smaller_may_find_its_seats() -> None:
    there = _with(3, 2, 2)
    smaller = took(there, lambda a: rules.change_party(a, "resident-2", ChangeParty(party=1), resident(2), NOW))
    assert [type(e) for e in smaller.events] == [ActivityPartyChanged, ActivityPromoted]


@pytest.mark.parametrize("change", [{"details": ActivityDetails(terms=Terms(largest_party=2))}, {"capacity": 2}])
def test_a_party_may_become_smaller_though_parties_of_its_size_are_taken_no_more(change: dict[str, object]) -> None:
    """Who says that one of five does not come frees a seat, whatever has become of the terms since."""
    there = _with(6, 5).model_copy(update=change)
    smaller = took(there, lambda a: rules.change_party(a, "resident-1", ChangeParty(party=4), resident(1), NOW))
    assert _party(smaller.aggregate).heads == 4
    with pytest.raises(rules.PartyTooLarge):
        rules.change_party(smaller.aggregate, "resident-1", ChangeParty(party=5), resident(1), NOW)
    with pytest.raises(rules.PartyTooLarge):
        rules.register(there, "resident-2", 3, resident(2), NOW)


def test_a_party_is_changed_by_the_rules_of_its_time() -> None:
    terms = {"cancel_hours_before": 2, "closes_hours_before": 2}
    made = activity(capacity=4, details=ActivityDetails.model_validate({"terms": terms}))
    there = rules.register(made, "resident-1", 2, resident(1), NOW).aggregate
    late = START - HOUR
    with pytest.raises(rules.TooLateToWithdraw):
        rules.change_party(there, "resident-1", ChangeParty(party=1), resident(1), late)
    with pytest.raises(rules.RegistrationClosed):
        rules.change_party(there, "resident-1", ChangeParty(party=3), resident(1), late)
    assert rules.change_party(there, "resident-1", ChangeParty(party=1), STAFF, late).events
    door = START - MINUTE
    present = check_in(there, "resident-1", STAFF, door, approved=False, as_volunteer=False).aggregate
    with pytest.raises(rules.AlreadyThere):
        rules.change_party(present, "resident-1", ChangeParty(party=1), STAFF, door)
    with pytest.raises(rules.PartyTooLarge):
        rules.change_party(there, "resident-1", ChangeParty(party=5), resident(1), NOW)
    with pytest.raises(rules.NotRegistered):
        rules.change_party(there, "resident-2", ChangeParty(party=1), resident(2), NOW)


def test_heads_change_their_ticket_group_where_that_has_room() -> None:
    groups = ({"group": "a", "zh": "甲", "capacity": 1}, {"group": "b", "zh": "乙", "capacity": 2})
    made = activity(capacity=4, details=ActivityDetails.model_validate({"terms": {"groups": groups}}))
    for n, group in ((1, "a"), (2, "b")):
        asked = Register(groups=(GroupOf(group=group, heads=1),))
        made = rules.register(made, f"resident-{n}", 1, resident(n), NOW, asked=asked).aggregate
    into_a = ChangeParty(party=1, groups=(GroupOf(group="a", heads=1),))
    with pytest.raises(rules.SeatsShort) as refusal:
        rules.change_party(made, "resident-2", into_a, resident(2), NOW)
    assert refusal.value.params == {"left": 0, "party": 1}  # in that group, whatever is free in another one
    into_b = ChangeParty(party=1, groups=(GroupOf(group="b", heads=1),))
    moved = took(made, lambda a: rules.change_party(a, "resident-1", into_b, resident(1), NOW)).aggregate
    assert (moved.free_in("a"), moved.free_in("b")) == (1, 0)
    with pytest.raises(rules.GroupsUnclear):
        rules.change_party(made, "resident-2", ChangeParty(party=2), resident(2), NOW)


def test_a_guardian_may_register_and_change_what_is_for_children() -> None:
    made = activity(guardian_required=True)
    assert "registrations" in [each.command for each in possible(made, resident(1), NOW, POSSIBILITIES)]
    there = _with(3, 1)
    assert "registrations/me/change" in [each.command for each in possible(there, resident(1), NOW, POSSIBILITIES)]
    assert "registrations/me/change" not in [each.command for each in possible(there, resident(2), NOW, POSSIBILITIES)]
