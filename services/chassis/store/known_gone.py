"""The memory of one process: the tombstones (`gone`) that it has read, and the people about whom it wrote lately.

Tombstones are read ahead (`gone_ahead`). A tombstone is never removed, so a remembered one is believed however old the
reading is. That somebody has no tombstone is believed only while the last reading is younger than a bound, by a clock
that goes on while the machine sleeps. Nothing here does I/O.
"""

import hashlib
from collections import OrderedDict
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from services.chassis.elapsed import Elapsed, elapsed
from services.chassis.store.mongo import Document

BELIEVED = 2.0
"""Seconds after the start of a reading for which a person without a tombstone in it is believed to have none. On an
event loop that is busy with commands a reading takes half a second; while it takes longer than this, commands ask the
store."""

KEPT = 5.0
"""Seconds before the start of a reading for which writes are remembered. One reading that began after a write would be
enough; the rest is for safety."""

TOMBSTONES = 250_000
WRITTEN = 20_000
"""The most tombstones, and the most people written about, that are remembered, about 40 MB and 12 MB. Beyond that the
store is asked each time."""

_NOWHERE: frozenset[str] = frozenset()

Late = tuple[str, str | None]
"""A person, and the community in which they are to be erased once more; None means wherever the tombstone says."""


def mark_of(person: str) -> bytes:
    """The name of `person` in a tombstone: a hash without a key, since a key could be lost."""
    return hashlib.sha256(f"erased-person\x1f{person}".encode()).digest()[:20]


@dataclass(slots=True)
class _Written:
    """The communities in which a person was written about lately, and the time at which the last such write was
    stored."""

    person: str
    communities: set[str | None]
    when: float


class KnownGone:
    """The tombstones that one process knows, and the people about whom it wrote lately."""

    def __init__(self, clock: Elapsed = elapsed, *, tombstones: int = TOMBSTONES, written: int = WRITTEN) -> None:
        self.clock = clock
        self.too_many = False
        self._most = tombstones
        self._most_written = written
        self._read: float | None = None
        self._everywhere: set[bytes] = set()
        self._somewhere: dict[bytes, frozenset[str]] = {}
        self._sets: dict[frozenset[str], frozenset[str]] = {}
        self._written: OrderedDict[bytes, _Written] = OrderedDict()
        self._pairs = 0

    @property
    def fresh(self) -> bool:
        """Whether a person who is not among the known can be believed to have no tombstone."""
        return self._read is not None and not self.too_many and self.clock() - self._read < BELIEVED

    @property
    def unread(self) -> float | None:
        """Seconds since the last reading began; None before the first."""
        return None if self._read is None else self.clock() - self._read

    def among(self, people: Collection[str], community: str | None) -> frozenset[str]:
        """Those of `people` who are known to have a tombstone for `community`; None: for whichever."""
        if not self._everywhere and not self._somewhere:
            return frozenset()
        return frozenset(person for person in people if self._holds(mark_of(person), community))

    def buried(self, person: str, community: str | None) -> None:
        """Note a tombstone that this process has written. What the process wrote before is found by the erasure that
        follows."""
        mark = mark_of(person)
        self._learn(mark, everywhere=community is None, communities=() if community is None else (community,))
        self._late(mark)

    def learn(self, tombstones: Iterable[Document]) -> list[Late]:
        """Remember `tombstones`. Returns the people about whom this process wrote lately in spite of one."""
        late: list[Late] = []
        for tombstone in tombstones:
            mark = bytes.fromhex(tombstone["_id"])
            everywhere, communities = bool(tombstone.get("everywhere")), tombstone.get("communities", ())
            self._learn(mark, everywhere=everywhere, communities=communities)
            late += self._late(mark)
        return late

    def read(self, began: float) -> None:
        """Note that all tombstones stored at `began` are known. Writes well before that need no second look."""
        self._read = began
        while self._written and next(iter(self._written.values())).when <= began - KEPT:
            self._pairs -= len(self._written.popitem(last=False)[1].communities)

    def wrote(self, person: str, community: str | None) -> bool:
        """Remember that something about `person` was written. Returns False where there is no room for that."""
        mark, now = mark_of(person), self.clock()
        written = self._written.get(mark)
        if self._pairs >= self._most_written and (written is None or community not in written.communities):
            return False
        if written is None:
            written = self._written[mark] = _Written(person, set(), now)
        self._pairs += community not in written.communities
        written.communities.add(community)
        written.when = now
        self._written.move_to_end(mark)
        return True

    def _holds(self, mark: bytes, community: str | None) -> bool:
        if mark in self._everywhere:
            return True
        communities = self._somewhere.get(mark)
        return communities is not None and (community is None or community in communities)

    def _learn(self, mark: bytes, *, everywhere: bool, communities: Iterable[str]) -> None:
        if self.too_many:
            return
        if everywhere:
            self._everywhere.add(mark)
            self._somewhere.pop(mark, None)
        elif mark not in self._everywhere:
            known = self._somewhere.get(mark, _NOWHERE)
            if not known.issuperset(communities):
                both = known.union(communities)
                self._somewhere[mark] = self._sets.setdefault(both, both)  # many people share the same few sets
        if len(self._everywhere) + len(self._somewhere) > self._most:
            self.too_many = True
            self._everywhere.clear()
            self._somewhere.clear()
            self._sets.clear()

    def _late(self, mark: bytes) -> list[Late]:
        """Forget the writes about the person `mark` in the communities where their tombstone holds, and return
        these."""
        written = self._written.get(mark)
        if written is None:
            return []
        if self.too_many or mark in self._everywhere:
            late: list[str | None] = [None]
            held = set(written.communities)
        else:
            held = {each for each in written.communities if self._holds(mark, each)}
            late = [None] if None in held else sorted(held, key=str)
        written.communities -= held
        self._pairs -= len(held)
        if not written.communities:
            del self._written[mark]
        return [(written.person, community) for community in late]
