"""Wishes (居民心愿): something residents would like to have, supported by others, answered by the committee."""

from datetime import datetime, timedelta
from typing import Literal

from pydantic import Field

from services.chassis.aggregate import Aggregate, Decision, decided, tell
from services.chassis.errors import Conflict
from services.chassis.principal import Principal, Role
from services.contracts.issues import WishAnonymised, WishAnswered, WishProposed, WishState, WishStatus, WishSupported
from services.contracts.marks import Id, Masked
from services.issues.domain.words import Line, Request, Text

ANSWER_WITHIN = timedelta(days=30)


class WishIsAnswered(Conflict, code="wish.answered", zh="该心愿已经答复。", en="The wish has been answered already."):
    """What is decided is no longer supported or answered anew."""


class Propose(Request):
    """A wish. The title is public, masked; the text is for the committee."""

    community: Id
    title: Line
    text: Text | None = None


class Answer(Request):
    """`accepted` into a plan, or `declined`; `answer` says the plan or the reason, and is public, masked."""

    verdict: Literal[WishStatus.ACCEPTED, WishStatus.DECLINED]
    answer: Text


class Wish(Aggregate):
    """`people`: who supports it, the proposer first among them. `forgotten`: supporters who were erased."""

    title: Masked
    text: str | None = Field(default=None, repr=False)
    proposer: str | None = None
    status: WishStatus = WishStatus.OPEN
    people: frozenset[str] = frozenset()
    forgotten: int = 0
    proposed_at: datetime
    due_at: datetime | None = None
    answer: Masked | None = None
    answered_at: datetime | None = None

    @property
    def supporters(self) -> int:
        """How many people support it, each once."""
        return len(self.people) + self.forgotten

    def public(self) -> WishState:
        return WishState(**{name: getattr(self, name) for name in WishState.model_fields})


def propose(id: str, command: Propose, by: Principal, now: datetime) -> Decision[Wish]:
    """Propose a wish; the proposer is its first supporter."""
    by.require(command.community)
    wish = Wish(
        id=id,
        community=command.community,
        title=command.title,
        text=command.text,
        proposer=by.sub,
        people=frozenset({by.sub}),
        proposed_at=now,
        due_at=now + ANSWER_WITHIN,
    )
    return decided(wish, tell(WishProposed, wish))


def support(wish: Wish, by: Principal, now: datetime) -> Decision[Wish]:
    """Support the wish; a second time by the same person changes nothing."""
    by.require(wish.community)
    if by.sub in wish.people:
        return decided(wish)
    _require_open(wish)
    changed = wish.model_copy(update={"people": wish.people | {by.sub}})
    return decided(changed, tell(WishSupported, changed, person=by.sub))


def answer(wish: Wish, command: Answer, by: Principal, now: datetime) -> Decision[Wish]:
    """The committee's word on it, once."""
    by.require(wish.community, Role.STAFF)
    _require_open(wish)
    changed = Wish.model_validate(
        wish.model_dump() | {"status": command.verdict, "answer": command.answer, "answered_at": now}
    )
    return decided(changed, tell(WishAnswered, changed, by=by.sub))


def anonymise_wish(wish: Wish, person: str) -> Decision[Wish]:
    """Forget `person` as proposer and supporter; the number of supporters stays."""
    proposer = wish.proposer == person
    supporter = person in wish.people
    if not (proposer or supporter):
        return decided(wish)
    changed = wish.model_copy(
        update={
            "proposer": None if proposer else wish.proposer,
            "text": None if proposer else wish.text,
            "people": wish.people - {person},
            "forgotten": wish.forgotten + supporter,
        }
    )
    return decided(changed, tell(WishAnonymised, changed))


def _require_open(wish: Wish) -> None:
    if wish.status is not WishStatus.OPEN:
        raise WishIsAnswered()
