"""The counts of a rehearsal add up."""

from services.issues.routing.domain.rehearsal import Scene, tally


def test_counts_of_a_rehearsal_add_up_and_keep_what_was_learnt_apart() -> None:
    scenes = [
        Scene("c1", "unit-1", "unit-1", rule="a", matched=("a", "b")),
        Scene("c2", "unit-1", "unit-2", rule="a", matched=("a",)),
        Scene("c3", "unit-2", None, rule="b", matched=("b",)),
        Scene("c4", None, "unit-1"),
        Scene("c5", "unit-1", "unit-1", learnt=True),
        Scene("c6", "unit-1", "unit-2", learnt=True),
    ]
    report = tally(scenes)
    assert report.looked_at == len(scenes) == report.routed + report.unroutable
    assert report.routed == report.agree + report.differ + report.open + report.learnt_from
    assert (report.agree, report.differ, report.agreement) == (1, 1, 0.5)
    assert (report.learnt_from, report.learnt_agree) == (2, 1)
    assert [(row.rule, row.matched, row.won, row.agreed) for row in report.rules] == [("a", 2, 2, 1), ("b", 2, 1, 0)]
    assert [(d.case, d.unit, d.rehearsed) for d in report.differing] == [("c2", "unit-2", "unit-1")]
    assert tally([]).agreement is None
