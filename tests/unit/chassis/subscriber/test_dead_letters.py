"""What a dead letter carries: the record as it came, the reason, and the way back."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from services.chassis.subscriber.dead_letter import (
    CUT,
    LARGEST,
    PREFIX,
    REPLAY_FOR,
    Reason,
    fitting,
    for_replay,
    headers,
    meant_for_other,
)
from services.contracts.envelope import Headers

NAMES = st.text(st.characters(codec="ascii", exclude_characters="\x00"), min_size=1, max_size=20)
ORIGINAL = st.lists(st.tuples(NAMES, st.one_of(st.none(), st.binary(max_size=40))), max_size=8)


def died(original: list[tuple[str, bytes | None]], consumer: str = "notify") -> Headers:
    return headers(
        original,
        topic="t.v1",
        partition=3,
        offset=41,
        consumer=consumer,
        reason=Reason("bad-json", "the data is not JSON"),
        now=datetime(2026, 3, 1, tzinfo=UTC),
    )


def ours(name: str) -> bool:
    return name.startswith(PREFIX) or name == REPLAY_FOR


@given(ORIGINAL)
def test_every_header_is_kept_and_comes_back_at_a_replay(original: list[tuple[str, bytes | None]]) -> None:
    plain = [(name, value or b"") for name, value in original if not ours(name)]

    letter = died(original)
    topic, again = for_replay(letter)

    assert letter[: len(plain)] == plain
    assert topic == "t.v1"
    assert again == [*plain, (REPLAY_FOR, b"notify")]


@given(ORIGINAL)
def test_a_second_death_leaves_one_set_of_marks(original: list[tuple[str, bytes | None]]) -> None:
    _, again = for_replay(died(original))
    marks = [name for name, _ in died(list(again), "events") if ours(name)]
    assert len(marks) == len(set(marks)) == 7


@given(ORIGINAL)
def test_a_replay_is_for_its_consumer_alone_and_other_records_are_for_all(
    original: list[tuple[str, bytes | None]],
) -> None:
    _, again = for_replay(died(original))
    assert not meant_for_other(again, "notify")
    assert meant_for_other(again, "events")
    assert not meant_for_other([(name, value) for name, value in original if name != REPLAY_FOR], "notify")


@given(st.binary(max_size=20), st.one_of(st.none(), st.binary(max_size=50)))
def test_a_letter_that_fits_is_not_cut(key: bytes, value: bytes | None) -> None:
    letter = died([("a", b"b")])
    assert fitting(key, value, letter) == (key, value, letter)


def test_a_letter_that_does_not_fit_leaves_its_marks() -> None:
    long = b"x" * LARGEST
    for key, value, original in ((long, b"", b""), (b"k", long, b""), (b"k", None, long)):
        small_key, nothing, marks = fitting(key, value, died([("a", original)]))
        assert (small_key, nothing) == (b"", None)
        assert all(name.startswith(PREFIX) for name, _ in marks)
        assert int(dict(marks)[CUT]) > LARGEST
        assert dict(marks)["dlq-offset"] == b"41"
