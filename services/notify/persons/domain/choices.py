"""The choices of a person about messages: language, channels, hours, digests, kinds that they don't want; and the
record of these choices."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Literal

from pydantic import ConfigDict, Field

from services.chassis.errors import Invalid
from services.contracts.marks import Officer, Thing
from services.contracts.value import Value
from services.notify.persons.domain.quiet import QuietHours
from services.notify.routing.domain.kinds import KindName, MessageClass
from services.notify.shared.values import CHOSEN_FROM, NOISY, USUAL_ORDER, Way

CONSENTS_KEPT = 200
DIGEST = "digest"
"""The kind under which somebody can do without digests."""
How = Literal["self", "staff", "link"]

Language = Literal["zh", "en"]
Muted = Mapping[KindName, frozenset[Way]]
Frequency = Literal["at-once", "daily", "weekly"]


class OfClass(Value):
    """The choice for one class of messages: the channels in order, and whether messages come at once, collected, or not
    at all."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    channels: tuple[Way, ...] | None = Field(default=None, max_length=len(CHOSEN_FROM))
    together: Frequency | None = None
    off: bool = False


class Choices(Value):
    """The choices of a person about messages. `muted` names the kinds that they don't want, each with its channels.

    `silenced` are cases, wishes and activities of which they want to hear no more.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    language: Language = "zh"
    muted: Muted = Field(default_factory=dict)
    quiet: QuietHours | None = QuietHours()
    classes: Mapping[MessageClass, OfClass] = Field(default_factory=dict)
    silenced: Thing[frozenset[str]] = frozenset()

    def order(self, sort: MessageClass) -> tuple[Way, ...]:
        """The channels to try for messages of `sort`, the inbox apart."""
        chosen = self.of(sort).channels
        return USUAL_ORDER if chosen is None else tuple(way for way in chosen if way in NOISY)

    def chose(self, way: Way, sort: MessageClass) -> bool:
        """Whether this person has named `way` for `sort`."""
        return way in (self.of(sort).channels or ())

    def together(self, sort: MessageClass) -> Frequency:
        """Whether messages of `sort` come at once, or collected."""
        return self.of(sort).together or ("daily" if sort is MessageClass.DIGEST else "at-once")

    def of(self, sort: MessageClass) -> OfClass:
        """The choice for `sort`."""
        return self.classes.get(sort) or OfClass()


class Consent(Value):
    """A choice that was made, on record: `what` was switched on or off, by whom, when and by which way."""

    model_config = ConfigDict(frozen=True)

    what: Thing[str]
    given: bool
    at: datetime
    by: Officer[str]
    how: How


class NoKindToMute(
    Invalid, code="preferences.unknown-kind", zh="没有这种通知：{kind}。", en="There is no such kind of notice: {kind}."
):
    """Who switches off a misspelt kind would go on to get what they don't want."""


class KindComesAnyway(
    Invalid,
    code="preferences.mandatory-kind",
    zh="“{kind}”类通知必须送达，不能关闭。",
    en="Notices of the kind {kind} always come and can't be switched off.",
):
    """Nobody is told that they will get no more of what is sent to them all the same."""


def require_mutable(before: Choices, after: Choices, kinds: Mapping[str, bool]) -> None:
    """Hold what `after` switches off, and `before` did not, to the `kinds` that there are. The value of a kind tells
    whether its messages come anyway.

    Raises:
        NoKindToMute: a kind is none of them.
        KindComesAnyway: nobody can do without a kind.
    """
    for kind in sorted(after.muted.keys() - {DIGEST, *kinds, *before.muted}):
        raise NoKindToMute(kind=kind)
    for kind, ways in sorted(after.muted.items()):
        if kinds.get(kind) and ways - before.muted.get(kind, frozenset()):
            raise KindComesAnyway(kind=kind)


def noted(before: Choices, after: Choices, by: str, how: How, now: datetime) -> tuple[Consent, ...]:
    """The record of what was switched on or off between two choices."""
    wanted = dict.fromkeys(_refused(before), True) | dict.fromkeys(_refused(after), False)
    changed = {what: given for what, given in wanted.items() if (what in set(_refused(before))) is given}
    return tuple(Consent(what=what, given=given, at=now, by=by, how=how) for what, given in sorted(changed.items()))


def _refused(choices: Choices) -> Iterator[str]:
    """The things that these choices switch off, each as a word."""
    for kind, ways in choices.muted.items():
        yield from (f"{kind}.{way}" for way in ways)
    yield from (f"class.{sort}" for sort, chosen in choices.classes.items() if chosen.off)
    yield from (f"subject.{subject}" for subject in choices.silenced)
