"""What was put right on a walk is shown by new photos, each once."""

from datetime import timedelta

from services.issues.rounds.domain.fixed_photos import shown_as_fixed, stale_photos
from services.issues.rounds.domain.rounds import PlanRound, Round, plan_round
from services.issues.rounds.domain.visits import FoundHere, RecordVisit
from services.issues.shared.values import PhotoOrigin
from tests.unit.issues.world import BUILDING, HERE, NOW, WALKER

HOUR = timedelta(hours=1)


def _round(starts_in: timedelta) -> Round:
    command = PlanRound(community=HERE, buildings=(BUILDING.id,), starts_at=NOW + starts_in)
    return plan_round("round-1", command, [BUILDING], WALKER, NOW).aggregate


def _visit(*findings: FoundHere) -> RecordVisit:
    return RecordVisit(id="v", building=BUILDING.id, floor=1, findings=findings)


def _found(id: str, *after: str, fixed: bool = True, before: tuple[str, ...] = ()) -> FoundHere:
    return FoundHere(id=id, category="wall", fixed=fixed, before=before, after=after)


def _codes(round: Round, command: RecordVisit, **seen: PhotoOrigin) -> list[tuple[int, str]]:
    return [(fault.index, fault.error.code) for fault in stale_photos(round, command, seen)]


def test_a_photo_is_uploaded_since_the_round_was_planned_or_began_whichever_came_first() -> None:
    for starts_in in (-2 * HOUR, 2 * HOUR):
        round, first = _round(starts_in), min(NOW, NOW + starts_in)
        new = PhotoOrigin(first, elsewhere=False)
        assert _codes(round, _visit(_found("f", "p")), p=new) == []
        old = PhotoOrigin(first - timedelta(seconds=1), elsewhere=False)
        assert _codes(round, _visit(_found("f", "p")), p=old) == [(0, "visit.evidence-old")]


def test_a_photo_shows_only_one_fix() -> None:
    round, new = _round(HOUR), PhotoOrigin(NOW, elsewhere=False)
    used = (0, "visit.evidence-used")
    assert _codes(round, _visit(_found("f", "p")), p=PhotoOrigin(NOW, elsewhere=True)) == [used]
    assert _codes(round, _visit(_found("f", "p"), _found("g", "p")), p=new) == [used, (1, used[1])]
    assert _codes(round, _visit(_found("f", "p", before=("p",))), p=new) == [used]
    assert _codes(round, _visit(_found("f", "p"), _found("g", "q", before=("o",))), p=new, q=new) == []


def test_only_fixes_need_new_photos() -> None:
    command = _visit(_found("f", "p"), _found("g", "q", fixed=False))
    assert shown_as_fixed(command) == ["p"]
    assert _codes(_round(HOUR), command, q=PhotoOrigin(NOW - 9 * HOUR, elsewhere=True)) == []
