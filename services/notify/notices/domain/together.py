"""Messages of one command that are told as one: a series moved, paused or called off, an enrolment in all its dates.

Each date is a part of the one notice, so what becomes untrue of a date before the notice leaves is dropped by itself.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from pydantic import ConfigDict

from services.contracts.marks import Thing
from services.contracts.value import Value
from services.notify.notices.domain.particulars import Particulars
from services.notify.routing.domain.kinds import KindName

ABSORBS: Mapping[str, tuple[str, ...]] = {
    "class-called-off": ("activity-cancelled",),
    "class-dates-off": ("activity-cancelled",),
    "series-enrolled": ("registration-confirmed", "registration-waiting"),
    "activity-moved": ("activity-changed",),
}
"""The kinds that are told in one message with another kind, where a command leads to both for one person."""
_LAST = datetime.max.replace(tzinfo=UTC)


class ToldPart(Value):
    """What is told of one activity in a message about several: `cause` is the fact, `version` its sequence."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    kind: KindName
    about: Thing[str]
    cause: Thing[str]
    version: int
    particulars: Particulars = Particulars()

    @property
    def order(self) -> tuple[datetime, str]:
        """The place of the part among others: by the time of its activity."""
        return self.particulars.starts_at or _LAST, self.about

    def bare(self) -> "ToldPart":
        """The part without what its text mentions."""
        return self.model_copy(update={"particulars": Particulars()})


def families(parts: Sequence[ToldPart]) -> list[tuple[ToldPart, ...]]:
    """The messages that `parts` to one person make: those of a kind, and what the kind absorbs, are one.

    The first part of each says what the message is. Who is concerned twice by one fact about one activity is told once.
    """
    left: dict[tuple[str, str], ToldPart] = {}
    for part in sorted(parts, key=lambda part: part.order):
        left.setdefault((part.kind, part.about), part)
    kinds = {part.kind for part in left.values()}
    absorbed = {kind for absorbing in kinds for kind in ABSORBS.get(absorbing, ())}
    found = []
    for kind in sorted(kinds - absorbed):
        own = [part for part in left.values() if part.kind == kind]
        others = [part for part in left.values() if part.kind in ABSORBS.get(kind, ())]
        found.append((*own, *others))
    return found


def without(parts: Sequence[ToldPart], about: str, kind: str, version: int) -> tuple[ToldPart, ...]:
    """`parts` but what was told of `about` by messages of `kind` before `version`."""
    return tuple(part for part in parts if part.about != about or part.kind != kind or part.version >= version)
