"""The particulars that the text of a notice mentions, as far as facts have told of them."""

from collections.abc import Mapping
from datetime import date, datetime, time

from pydantic import ConfigDict

from services.chassis.values import ZONE
from services.contracts.value import Value
from services.notify.knowledge.domain import ActivityKnown, CaseKnown, NeedKnown, PlaceKnown, WishKnown


class Particulars(Value):
    """What the text of a notice mentions. Public words and times only; never a name or an address."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    title: str | None = None
    title_en: str | None = None
    category_zh: str | None = None
    category_en: str | None = None
    work: str | None = None
    activity_title: str | None = None
    """The title of the activity at which somebody helps."""
    activity_title_en: str | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    venue: str | None = None
    previous_title: str | None = None
    previous_starts_at: datetime | None = None
    previous_ends_at: datetime | None = None
    previous_venue: str | None = None
    due_at: datetime | None = None
    unit: str | None = None
    """The id of the unit that has the case."""
    reassigned: bool | None = None
    """Another unit had the case before."""
    resumed: bool | None = None
    """The case goes on after a pause."""
    answer_by: datetime | None = None
    party: int | None = None
    registered_at: datetime | None = None
    """When the party registered that was offered seats."""
    text: str | None = None
    accepted: bool | None = None
    merged: bool | None = None
    moved: bool | None = None
    volunteering: bool | None = None
    why: str | None = None
    """The word of the event for why it happened."""
    on: datetime | None = None
    """A day; its hour says nothing."""
    until: datetime | None = None
    """The last day of several, of which `on` is the first."""
    date_count: int | None = None
    """So many dates."""
    asks_until: datetime | None = None
    decided_at: datetime | None = None
    position: int | None = None
    missing: int | None = None
    parties: int | None = None
    """So many parties."""
    minutes: int | None = None
    waitlisted: bool | None = None
    coming: bool | None = None
    """They have said that they come."""
    restored: bool | None = None
    """The date was called off, and takes place after all."""
    more: Mapping[str, str | int | float | bool | datetime | None] = {}
    """Values of kinds that a community has added, by the names that its routes give them."""

    @property
    def same_time(self) -> bool:
        """Whether something that was moved begins and ends when it did: it has another place alone."""
        now, before = (self.starts_at, self.ends_at), (self.previous_starts_at, self.previous_ends_at)
        return None not in before and now == before


def of_case(known: CaseKnown) -> Particulars:
    """The particulars of a case."""
    return Particulars(title=known.title, category_zh=known.category_zh, category_en=known.category_en)


def of_wish(known: WishKnown) -> Particulars:
    """The particulars of a wish."""
    return Particulars(title=known.title)


def of_activity(known: ActivityKnown) -> Particulars:
    """The particulars of an activity."""
    return Particulars(
        title=known.title,
        title_en=known.title_en,
        starts_at=known.starts_at,
        ends_at=known.ends_at,
        venue=known.venue,
    )


def of_need(known: NeedKnown) -> Particulars:
    """The particulars of a need."""
    return Particulars(work=known.category, starts_at=known.starts_at)


def at_activity(base: Particulars, known: ActivityKnown) -> Particulars:
    """`base`, of a need, with the activity at which is helped. A private one is not named."""
    if known.private or known.title is None:
        return base
    named = {"activity_title": known.title, "activity_title_en": known.title_en, "venue": known.venue}
    return base.model_copy(update=named)


def of_place(known: PlaceKnown) -> Particulars:
    """The particulars of a place."""
    english = None if known.number is None else f"Building {known.number}"
    return Particulars(title=known.title, title_en=english)


def filled(base: Particulars, values: Mapping[str, object]) -> Particulars:
    """`base` with further values: those that notices know by name in their place, the others beside them."""
    values = {name: _storable(value) for name, value in values.items()}
    known = {name: value for name, value in values.items() if name in Particulars.model_fields and name != "more"}
    more = {name: value for name, value in values.items() if name not in known}
    return base.model_copy(update={**known, **({"more": more} if more else {})})


def _storable(value: object) -> object:
    """A day as its first moment, for the store knows no days."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return datetime.combine(value, time(), ZONE)
    return value
