"""A reader's place in an inbox that fills, by which what they miss while they are away comes once.

It is told as the id of each server-sent event, and comes back as Last-Event-ID. It says all that a replica needs to
know to go on, and nothing is kept of it: notices that came before `since` were told, and of those that came since the
ones that it names. Notices come nearly in the order of their times, but not quite, because clocks of replicas differ
and a delivery is on its way for a while; so the last minute is open. Where many came within it, a part of it is closed,
so that an id stays short.
"""

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import blake2s

OVERLAP = timedelta(minutes=1)
"""Clocks of replicas differ by less, and a delivery is on its way for less."""
NAMED = 100
"""So many notices are named in an id at most."""
KNOWN = 500
"""So many are known to who is there all the time."""
PATTERN = r"^[0-9]{1,15}(\.[0-9a-f]{8}){0,100}$"
"""What an id looks like: milliseconds since 1970, and the marks of notices. Numbers alone, and smaller, are ids of an
earlier version."""

_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
_MOMENT = timedelta(milliseconds=1)
_EARLIER_VERSIONS = 10**12


@dataclass(slots=True)
class Bookmark:
    """Where a reader is: what came before `since` was told, and of the rest what is `known`, marks with times. The time
    of what an id named is not known; it is taken for as young as can be. Who is there all the time knows what came
    before `since` too, since word of it may come a second time, and late.
    """

    since: datetime
    known: dict[str, datetime] = field(default_factory=dict)

    def knows(self, id: str) -> bool:
        """Whether the notice `id` was told, if it is one of the last 500."""
        return mark_of(id) in self.known

    def passed(self, id: str, came: datetime) -> None:
        """The notice `id`, which came at the time `came`, is told now."""
        self.known[mark_of(id)] = came
        self.since = max(self.since, came - OVERLAP)
        if len(self.known) > KNOWN:
            oldest = min(self.known, key=lambda mark: self.known[mark])
            self.since = max(self.since, self.known.pop(oldest) + _MOMENT)

    @property
    def id(self) -> str:
        """The id by which a reader comes back to this place."""
        since, known = _closed(self.since, self.known)
        return ".".join([str((since - _BEGINNING) // _MOMENT), *known])


def bookmark_of(id: str | None, now: datetime) -> Bookmark | None:
    """The bookmark that `id` tells, as `Bookmark.id` gave it; None where it tells none that could be gone on from:
    there is no id, or it lies in the future, or an earlier version gave it."""
    if id is None or re.fullmatch(PATTERN, id) is None:
        return None
    told, *marks = id.split(".")
    if not _EARLIER_VERSIONS <= int(told) <= (now + OVERLAP - _BEGINNING) // _MOMENT:
        return None
    since = _BEGINNING + int(told) * _MOMENT
    return Bookmark(since, dict.fromkeys(marks, max(since, now)))


def mark_of(id: str) -> str:
    """The short mark of the notice `id` in a bookmark."""
    return blake2s(id.encode(), digest_size=4).hexdigest()


def _closed(since: datetime, known: dict[str, datetime]) -> tuple[datetime, dict[str, datetime]]:
    """`since` and what is known after it, as many as are named at most: time up to the youngest that is left out is
    closed."""
    times = sorted(when for when in known.values() if when >= since)
    if len(times) > NAMED:
        since = times[-NAMED - 1] + _MOMENT
    return since, {mark: when for mark, when in known.items() if when >= since}
