"""A small rush on one activity, with a kill in the middle; the large one is a command."""

from tests.faults.rush.playing import Crowd, rush


async def test_a_rush_with_a_kill_in_the_middle_keeps_every_promise(variables: dict[str, str]) -> None:
    crowd = Crowd(registrations=150, withdrawals=40, places=60, connections=16)
    outcome = await rush(variables, crowd)
    assert sum(outcome.answers.values()) == 190
    assert outcome.answers.keys() <= {
        "registered",
        "waitlisted",
        "withdrawn",
        "activity.waiting-list-full",
        "activity.not-registered",
    }
