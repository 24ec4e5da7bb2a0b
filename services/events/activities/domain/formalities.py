"""The formalities of an activity, where a rule of the deployment asks for them: that the people who take part are
insured, and that an authority was told of it.

A rule is data. One stands by default: whoever expects a thousand people or more needs the consent of the police
(Regulations on the Security of Large-Scale Mass Activities, State Council Order 505, articles 2 and 11). What else must
be filed, as a free clinic with the health authority of the district, differs from place to place.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple, Protocol

from pydantic import Field

from services.chassis.aggregate import Decision
from services.chassis.errors import Invalid
from services.chassis.words import Worded
from services.contracts.activities import ActivityDetails, ActivityKind
from services.contracts.value import Value
from services.events.activities.domain.activity import MAX_CAPACITY, Activity


class Formality(StrEnum):
    """A paper that an activity names, by a mark in its details or by the number that is printed on it
    (`insurance_number`, `filing_number`): the policy, or the file of an authority."""

    INSURANCE = "insurance"
    FILING = "filing"


class FormalityRule(Value):
    """Activities of that kind, or of any, with so many places or more, need these papers."""

    kind: ActivityKind | None = None
    from_capacity: int = Field(default=1, ge=1, le=MAX_CAPACITY)
    asks: tuple[Formality, ...] = Field(min_length=1)


class FormalitiesMissing(
    Invalid,
    code="activity.formalities-missing",
    zh="按规定，此类活动须先填写：{missing}。",
    en="A rule asks of such an activity: {missing}.",
):
    """A paper that a rule asks for is not named. `missing`: the names of the papers."""


class HasTerms(Protocol):
    """What rules look at: an activity, a plan, a series."""

    @property
    def kind(self) -> ActivityKind: ...
    @property
    def capacity(self) -> int: ...
    @property
    def details(self) -> ActivityDetails: ...
    @property
    def insurance_number(self) -> str | None: ...
    @property
    def filing_number(self) -> str | None: ...


class Terms(NamedTuple):
    """What something would be."""

    kind: ActivityKind
    capacity: int
    details: ActivityDetails
    insurance_number: str | None = None
    filing_number: str | None = None


def _names(thing: HasTerms, paper: Formality) -> bool:
    number = thing.insurance_number if paper is Formality.INSURANCE else thing.filing_number
    return number is not None or getattr(thing.details, paper.value) is not None


Decide = Callable[[Activity, datetime], Decision[Activity]]
_WORDS = {Formality.INSURANCE: ("保险", "insurance"), Formality.FILING: ("备案", "filing")}


class Formalities:
    """The rules of a deployment."""

    def __init__(self, rules: Sequence[FormalityRule]) -> None:
        self._rules = rules

    def missing(self, thing: HasTerms) -> frozenset[Formality]:
        """The papers that `thing` needs and does not name."""
        fitting = (rule for rule in self._rules if rule.kind in (None, thing.kind))
        asked = {each for rule in fitting if thing.capacity >= rule.from_capacity for each in rule.asks}
        return frozenset(each for each in asked if not _names(thing, each))

    def require(self, thing: HasTerms, before: HasTerms | None = None) -> None:
        """Refuse what lacks a paper. What lacked it `before`, when the rule was another, may change otherwise.

        Raises:
            FormalitiesMissing
        """
        lacked = frozenset[Formality]() if before is None else self.missing(before)
        if missing := self.missing(thing) - lacked:
            codes = sorted(missing)
            zh, en = ([_WORDS[each][language] for each in codes] for language in (0, 1))
            raise FormalitiesMissing(missing=Worded(", ".join(codes), "、".join(zh), ", ".join(en)))

    def keeping(self, decide: Decide) -> Decide:
        """`decide`, which is refused where it leads to what lacks a paper."""

        def decided(before: Activity, now: datetime) -> Decision[Activity]:
            decision = decide(before, now)
            self.require(decision.aggregate, before)
            return decision

        return decided


ORDER_505 = FormalityRule(from_capacity=1000, asks=(Formality.FILING,))
