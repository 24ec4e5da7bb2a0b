"""Makes the flat row of a case, by which the case is found, sorted, counted and drawn, from the present case alone.

Contacts are never in a row, and numbers by which a person can be reached or identified are masked before a text is
indexed. The number of a home stays among the words of workers, who go there and read it; the words that everybody reads
have none. A text that was erased from its case leaves the row with the next event.
"""

import hashlib
from collections.abc import Mapping, Set
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import orjson

from services.contracts.issues import CaseStatus as S
from services.issues.cases.domain.publicity import is_public
from services.issues.cases.domain.redaction import masked_inside
from services.issues.cases.domain.transitions import CLOSED
from services.issues.reading import tiles
from services.issues.reading.facts import By, facts
from services.issues.reading.sounds import letters
from services.issues.reading.tokenizer import beginnings, may_be_cut_off, normal, tokens

ROWS = "case_rows"
WORDS = "words"
"""The field of tokens, and the name of the index that searches walk."""

IN_ORDER = "in order"
"""The name of the index that leads to the newest rows of a community."""

LETTERS = ("letters", "letters_inside")
"""The fields of the first letters of both texts, see `sounds.letters`."""

READ = ("text", "inside", *LETTERS, WORDS)
"""The fields that searches read, and nobody is shown."""

WRITTEN = "written"
"""The field that holds a digest of the texts that a row's words were made of, and the pass that left the digest."""

_MANNER = 8
"""The version of how texts and words are made. Another number has them made anew when a row is drawn the next time."""

SHARED: Mapping[str, Any] = {"shares.who": {"$gt": ""}}
"""The condition on rows of cases that count for several units."""

WAITING = "queued"
"""The name of the index that queues walk."""

NEVER = datetime(9999, 1, 1, tzinfo=UTC)
"""The deadline of a row that has none; it sorts behind every other."""

_ROUGHLY = 3
"""The decimals of degrees to which everybody may know a case's own point."""

_FARTHEST = 2**63 - 1
"""The largest number that the store holds. Times before 1691 or after 2248 sort as if they lay there."""

STAFF_DESK = "staff"
VERIFIERS_DESK = "verify"
INSIDE = "\x01"
"""The prefix of tokens of texts that only workers may read."""

_STAFFS = frozenset({S.REPORTED, S.ACCEPTED, S.RETURNED, S.REOPENED})
_UNITS = frozenset({S.DISPATCHED, S.IN_PROGRESS, S.SENT_BACK, S.PAUSED})
COUNTED_BY = (
    "community",
    "sig",
    "shares",
    "unit",
    "category",
    "group",
    "building",
    "open",
    "public",
    "cell",
    "lon",
    "lat",
)
"""The fields of a row that counts depend on, beside its days."""

_COPIED = (
    *("status", "category", "group", "unit", "building", "place", "channel", "priority", "reporter", "number"),
    *("phase", "assignee"),
)


@dataclass(frozen=True, slots=True)
class Where:
    """A case's place: its titles from the compound down, and its point in WGS84."""

    titles: tuple[str, ...] = ()
    lon: float | None = None
    lat: float | None = None


def unit_desk(unit: str) -> str:
    """The desk of a handling unit."""
    return f"unit:{unit}"


def reporter_desk(person: str) -> str:
    """The desk of the person who is to rate how a case was solved."""
    return f"reporter:{person}"


def desks(state: Mapping[str, Any]) -> list[str]:
    """The desks of those who must act next. There are two where a unit works while the staff decide on its request."""
    status, unit, found = state["status"], state.get("unit"), []
    if status in _UNITS and unit:
        found.append(unit_desk(unit))
    if status in _STAFFS or (status in _UNITS and (not unit or state.get("extension"))):
        found.append(STAFF_DESK)
    if status == S.HANDLED:
        found.append(VERIFIERS_DESK)
    if status == S.VERIFIED and state.get("reporter"):
        found.append(reporter_desk(state["reporter"]))
    return found


def order_of(moment: datetime, id: str | None = None) -> int:
    """A number that sorts by time (milliseconds), then by 20 bits of the id's hash. Without an id it is the first
    number of the moment."""
    share = 0 if id is None else int.from_bytes(hashlib.blake2b(id.encode(), digest_size=3).digest()) >> 4
    order = round(moment.timestamp() * 1000) << 20 | share
    return max(-_FARTHEST, min(_FARTHEST, order))


def row(
    id: str,
    version: int,
    state: Mapping[str, Any],
    where: Where,
    spot: Where | None = None,
    *,
    written: bytes | None = None,
) -> dict[str, Any]:
    """The row of the case `id`, whose stored state is `state`. Everybody sees it at `where`, workers at `spot`.

    Args:
        written: the digest of the texts that the words in the stored row were made of. Where it is the same now, texts
        and words are left out.
    """
    known, where = facts(state), _on_the_map(where, state)
    exact = state.get("point") or (None if spot is None or spot.lon is None else {"lon": spot.lon, "lat": spot.lat})
    return {
        "seq": version,
        "community": state["community"],
        "order": order_of(state["reported_at"], id),
        **{name: state.get(name) for name in _COPIED},
        "public": is_public(state),
        "open": state["status"] not in CLOSED,
        "overdue": bool(state.get("overdue")),
        "affected": state.get("affected", 1),
        "level": state.get("level", 0),
        "handlers": sorted(state.get("handlers") or ()),
        "desks": desks(state),
        "due": state.get("phase_due_at") or state.get("paused_until") or state.get("due_at") or NEVER,
        "title": state.get("title"),
        **_readable(_Writing.of(state, where, spot or where), written),
        "lon": where.lon,
        "lat": where.lat,
        "cell": None if where.lon is None or where.lat is None else tiles.cell(where.lon, where.lat),
        "exact": None if exact is None else [exact["lon"], exact["lat"]],
        "sig": known.signature,
        "days": known.days,
        "shares": [{"who": f"{By.UNIT}:{unit}", "sig": sig} for unit, sig in known.units.items()],
        "who": [
            f"{by}:{value}"
            for by, value in known.values.items()
            if by != By.TOTAL and not (by == By.UNIT and known.units)
        ],
    }


def _on_the_map(where: Where, state: Mapping[str, Any]) -> Where:
    """`where`, with the case's own point if its place has none. The point is rounded to some hundred metres, because
    everybody sees it and it may be somebody's home."""
    point = state.get("point")
    if where.lon is not None or point is None:
        return where
    return Where(where.titles, round(point["lon"], _ROUGHLY), round(point["lat"], _ROUGHLY))


def last_change(state: Mapping[str, Any]) -> datetime:
    """The time of the last change that the stored `state` tells of. An event may tell of a later one."""
    told = [state.get(name) for name in ("reported_at", "handled_at", "closed_at")]
    told += [remark.get("at") for remark in state.get("remarks") or ()]
    latest: datetime = max(moment for moment in told if moment is not None)
    return latest


def counted_in(row: Mapping[str, Any]) -> list[str]:
    """The names of the counts that a row is counted in: by its days, and by its cell on the map."""
    found = [f"{when}:{day}" for when, day in sorted((row.get("days") or {}).items())]
    return found if row.get("cell") is None else [*found, f"cell:{row['cell']}"]


def counts_as(row: Mapping[str, Any]) -> tuple[Any, ...]:
    """The values of a row that counts depend on. Where they stay the same, nothing has to be counted anew."""
    return (*(row.get(name) for name in COUNTED_BY), tuple(sorted((row.get("days") or {}).items())))


@dataclass(frozen=True, slots=True)
class _Writing:
    """The texts of a case: its `number` and `open_titles`, and the `texts` and `finer_titles` that only workers may
    read."""

    public: bool
    number: str | None
    open_titles: tuple[str | None, ...]
    texts: tuple[str | None, ...]
    finer_titles: tuple[str, ...]

    @classmethod
    def of(cls, state: Mapping[str, Any], where: Where, spot: Where) -> "_Writing":
        return cls(
            public=is_public(state),
            number=state.get("number"),
            open_titles=(state.get("title"), state["category_zh"], state["category_en"], *where.titles),
            texts=(
                state.get("text"),
                state.get("spot"),
                *(remark.get("text") for remark in state.get("remarks") or ()),
            ),
            finer_titles=tuple(title for title in spot.titles if title not in where.titles),
        )

    @property
    def digest(self) -> bytes:
        parts = (_MANNER, self.public, self.number, self.open_titles, self.texts, self.finer_titles)
        return hashlib.blake2b(orjson.dumps(parts), digest_size=16).digest()


def _readable(writing: _Writing, written: bytes | None) -> dict[str, Any]:
    """The fields of a row that searches read: texts for everybody, texts for workers, tokens and digest. The digest
    alone where it equals `written`, because masking and making tokens takes most of the time of a row."""
    digest = writing.digest
    if digest == written:
        return {WRITTEN: digest}
    title, *known = writing.open_titles
    shared, shared_words = _of_titles(tuple(known))
    own = normal(title, writing.number)
    open_text = "\n".join(part for part in (own, shared) if part)
    shown = (tokens(open_text) if may_be_cut_off(open_text) else tokens(own) | shared_words) | beginnings(own)
    inside = normal(*(masked_inside(text) for text in writing.texts), *map(_masked_title, writing.finer_titles))
    words = _words(shown, tokens(inside) | beginnings(inside), public=writing.public)
    return {
        "text": open_text,
        "inside": inside,
        **dict(zip(LETTERS, map(letters, (open_text, inside)), strict=True)),
        WORDS: words,
        WRITTEN: digest,
    }


@lru_cache(maxsize=1024)
def _of_titles(titles: tuple[str | None, ...]) -> tuple[str, frozenset[str]]:
    """The titles of a category and of places, normalised, and their tokens. The result is cached, for there are few
    titles, and they are nobody's words."""
    text = normal(*titles)
    return text, frozenset(tokens(text))


@lru_cache(maxsize=1024)
def _masked_title(title: str) -> str:
    """The title of a place, masked but for the number of a home. The result is cached, for there are few places with
    many cases each."""
    return masked_inside(title) or ""


def _words(shown: Set[str], hidden: Set[str], *, public: bool) -> list[str]:
    """The tokens of both texts, in order. All tokens of a case that is not public have the prefix `INSIDE`."""
    if not public:
        shown, hidden = frozenset(), shown | hidden
    return [INSIDE + token for token in sorted(hidden - shown)] + sorted(shown)
