"""The row of a case: on whose desk it lies, where it stands, and what it is found by."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.contracts.issues import CaseStatus as S
from services.issues.cases.domain.publicity import CATEGORY
from services.issues.cases.domain.redaction import masked_inside
from services.issues.reading.rewriting import Change
from services.issues.reading.row import INSIDE, NEVER, READ, WRITTEN, Where, counted_in, counts_as, desks, order_of, row
from services.issues.reading.tokenizer import beginnings, normal, sounds, tokens, words
from tests.unit.issues.world import HERE, UNIT, WAYS, a_case

WHERE = Where(("都市小区", "9号楼"), 114.25, 30.6)
NOW = datetime(2026, 11, 26, tzinfo=UTC)


def made(status: S = S.REPORTED, **changes: Any) -> dict[str, Any]:
    state = a_case(status).model_dump(exclude={"id"}) | changes
    return row("case-1", 3, state, WHERE)


def _counts(before: dict[str, Any] | None, after: dict[str, Any] | None, **mark: Any) -> set[str]:
    """The counts that are made anew because a row becomes another."""
    return set(Change.of({"_id": "case-1", "wanted": 3, **mark}, before, after).counts)


DESKS = {
    S.REPORTED: ["staff"],
    S.ACCEPTED: ["staff"],
    S.RETURNED: ["staff"],
    S.REOPENED: ["staff"],
    S.DISPATCHED: [f"unit:{UNIT.id}"],
    S.IN_PROGRESS: [f"unit:{UNIT.id}"],
    S.SENT_BACK: [f"unit:{UNIT.id}"],
    S.HANDLED: ["verify"],
    S.VERIFIED: ["reporter:resident-1"],
    S.REJECTED: [],
    S.EVALUATED: [],
}


@pytest.mark.parametrize("status", [status for status in DESKS if status in WAYS])
def test_a_case_lies_on_the_desk_of_who_must_act_next(status: S) -> None:
    assert desks(a_case(status).model_dump()) == DESKS[status]


def test_a_case_whose_unit_asks_for_time_lies_on_two_desks() -> None:
    state = a_case(S.IN_PROGRESS).model_dump() | {"extension": {"until": NOW}}
    assert desks(state) == [f"unit:{UNIT.id}", "staff"]


def test_a_fix_on_the_spot_that_was_sent_back_lies_on_the_desk_of_the_staff() -> None:
    assert desks(a_case(S.SENT_BACK).model_dump() | {"unit": None}) == ["staff"]


def test_a_case_without_a_deadline_comes_last() -> None:
    assert made(S.REPORTED, phase_due_at=None, due_at=None)["due"] == NEVER
    assert made(S.REPORTED, phase_due_at=NOW, due_at=NOW + timedelta(days=1))["due"] == NOW


def test_words_of_a_case_that_is_not_public_are_inside_ones() -> None:
    public, hidden = made(), made(public_category=False)
    assert "号楼" in public["words"]
    assert not [token for token in hidden["words"] if not token.startswith(INSIDE)]
    assert INSIDE + "号楼" in hidden["words"]


def test_words_that_only_workers_read_are_marked() -> None:
    found = made(text="门锁坏了 702")["words"]
    for token in ("门锁", "~men", "~suo", "702", "#70"):
        assert INSIDE + token in found
        assert token not in found


@pytest.mark.parametrize("text", ["请打 13812345678", "证 110101199003070011", "3号楼2单元1203室，微信号 zhangsan_88"])
def test_masked_numbers_are_found_neither_as_written_nor_by_sound_or_part(text: str) -> None:
    drawn = made(text=text, remarks=[{"text": text, "at": NOW}])
    masked = normal(masked_inside(text))
    assert masked != normal(text)
    assert drawn["inside"].startswith(masked)
    gone = tokens(normal(text)) - tokens(normal(drawn["inside"], drawn["text"]))
    assert gone
    assert not {INSIDE + token for token in gone} & set(drawn["words"])


def test_workers_find_a_home_by_its_number_and_others_do_not() -> None:
    """A unit goes there, and reads it."""
    for text in ("702室漏水", "9号楼2单元702", "七楼702 漏水"):
        words = made(text=text)["words"]
        assert {INSIDE + token for token in ("702", "#70", "#02")} <= set(words)
        assert not {"702", "#70", "#02"} & set(words)
    finer = row("case-1", 3, a_case(S.REPORTED).model_dump(exclude={"id"}), WHERE, Where((*WHERE.titles, "702室")))
    assert INSIDE + "702" in finer["words"]
    assert "702" not in finer["words"]


def test_newer_reports_sort_behind_older_ones_whatever_their_ids() -> None:
    later = NOW + timedelta(milliseconds=1)
    assert order_of(NOW) <= order_of(NOW, "case-a") < order_of(later) <= order_of(later, "case-a")
    assert order_of(NOW, "case-a") != order_of(NOW, "case-b")


def test_a_change_that_no_count_sees_has_nothing_counted() -> None:
    before = made()
    assert _counts(before, made(text="另一段话")) == set()
    assert _counts(before, made(S.ACCEPTED)) == {*counted_in(before), *counted_in(made(S.ACCEPTED))}
    assert _counts(None, before) == set(counted_in(before))
    assert counts_as(before) == counts_as(made())


def test_counts_of_the_old_day_are_made_anew_too() -> None:
    after = made(reported_at=NOW)
    assert {"reported:20240129", "reported:20261126"} <= _counts(made(), after)
    assert after["community"] == HERE


def test_counts_that_an_unfinished_pass_has_named_are_made_with_the_next() -> None:
    named = {"dirty": ["reported:20200101"], "community": HERE}
    assert _counts(made(), made(), **named, drawing=True) == {"reported:20200101"}
    assert _counts(made(), made(), **named) == set()
    assert _counts(None, None, **named, drawing=True) == {"reported:20200101"}


READABLE = set(READ)


def test_texts_and_words_are_left_out_where_they_are_made_of_the_same() -> None:
    before = made(S.DISPATCHED, text="门锁坏了", remarks=[])
    state = a_case(S.HANDLED).model_dump(exclude={"id"}) | {"text": "门锁坏了", "remarks": []}
    again = row("case-1", 4, state, WHERE, written=before[WRITTEN])
    assert again == {name: value for name, value in row("case-1", 4, state, WHERE).items() if name not in READABLE}


TEXTS = st.text(alphabet='门锁坏了9号楼 张先生\x01,"', max_size=6)


@given(st.lists(st.tuples(TEXTS, TEXTS, st.lists(TEXTS, max_size=2), st.booleans()), min_size=2, max_size=2))
def test_texts_and_words_are_made_where_they_would_be_made_of_something_else(
    pair: list[tuple[str, str, list[str], bool]],
) -> None:
    rows = []
    for text, spot, remarks, public in pair:
        state = a_case(S.REPORTED).model_dump(exclude={"id"}) | {
            "text": text,
            "spot": spot,
            "remarks": [{"text": remark, "at": NOW} for remark in remarks],
            CATEGORY: public,
        }
        rows.append(state)
    one, other = (row("case-1", 3, state, WHERE) for state in rows)
    again = row("case-1", 3, rows[1], WHERE, written=one[WRITTEN])
    assert {name: one[name] for name in READABLE} | again == other


def test_another_title_of_a_place_is_written() -> None:
    before, state = made(), a_case(S.REPORTED).model_dump(exclude={"id"})
    renamed = Where(("都市小区", "10号楼"), 114.25, 30.6)
    assert "10号楼" in row("case-1", 3, state, renamed, written=before[WRITTEN])["text"]
    assert "6层" in row("case-1", 3, state, WHERE, Where((*WHERE.titles, "6层")), written=before[WRITTEN])["inside"]


@given(
    st.text(alphabet="门锁坏9aB号\n 、_㐀𠀀", max_size=40),
    st.text(alphabet="门锁坏了9号楼 a", max_size=8),
    st.booleans(),
)
def test_words_are_the_tokens_of_all_that_is_written_in_order(text: str, title: str, public: bool) -> None:
    """Whatever of it is remembered, or put together from parts."""
    state = a_case(S.REPORTED).model_dump(exclude={"id"}) | {"title": title, "text": text, CATEGORY: public}
    drawn = row("case-1", 3, state, WHERE)
    shown = {*words(drawn["text"]), *sounds(drawn["text"]), *beginnings(normal(title))}
    assert drawn["text"] == normal(title, state["category_zh"], state["category_en"], *WHERE.titles)
    hidden = {*words(drawn["inside"]), *sounds(drawn["inside"]), *beginnings(drawn["inside"])}
    if public:
        assert drawn["words"] == sorted([*shown, *(INSIDE + token for token in hidden - shown)])
    else:
        assert drawn["words"] == sorted(INSIDE + token for token in shown | hidden)


@pytest.mark.parametrize("length", [399, 400, 401, 599, 600, 601, 1500])
def test_the_first_words_of_a_long_text_are_kept(length: int) -> None:
    text = "".join(chr(0x4E00 + n) for n in range(length))
    every = list(dict.fromkeys(words(text)))
    assert tokens(text) == {*every[:1200], *sounds(text[:400])}
    state = a_case(S.REPORTED).model_dump(exclude={"id"}) | {"title": text, "text": "", "spot": "", "remarks": []}
    assert row("case-1", 3, state, WHERE)["words"] == sorted(tokens(row("case-1", 3, state, WHERE)["text"]))


def test_a_case_whose_place_has_no_point_stands_roughly_at_its_own() -> None:
    state = a_case(S.REPORTED).model_dump(exclude={"id"}) | {"point": {"lon": 114.251234, "lat": 30.601987}}
    own = row("case-1", 3, state, Where(("都市小区",)))
    assert (own["lon"], own["lat"], own["exact"]) == (114.251, 30.602, [114.251234, 30.601987])
    assert own["cell"] is not None
    at_place = row("case-1", 3, state, WHERE)
    assert (at_place["lon"], at_place["lat"], at_place["exact"]) == (114.25, 30.6, [114.251234, 30.601987])
    assert row("case-1", 3, state | {"point": None}, Where(("都市小区",)))["cell"] is None
