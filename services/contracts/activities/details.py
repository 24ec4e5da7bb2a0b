"""What people read about an activity before they register, and on what terms they do."""

from enum import StrEnum

from pydantic import ConfigDict

from services.contracts.marks import Code, Id, Masked, Office, Thing
from services.contracts.value import Value
from services.contracts.volunteers import SeatRole


class Admits(StrEnum):
    """Who may come, where a class is for women or for men only."""

    EVERYBODY = "everybody"
    WOMEN = "women"
    MEN = "men"


class HostKind(StrEnum):
    """Who holds the activity."""

    COMMITTEE = "committee"
    UNIT = "unit"
    TEAM = "team"


class Accessibility(StrEnum):
    """What the activity has for people who need it."""

    WHEELCHAIR = "wheelchair"
    ACCESSIBLE_TOILET = "accessible-toilet"
    LIFT = "lift"
    HEARING_LOOP = "hearing-loop"
    SIGN_LANGUAGE = "sign-language"
    LARGE_PRINT = "large-print"
    QUIET_ROOM = "quiet-room"
    ASSISTANCE_DOG = "assistance-dog"


class Promotion(StrEnum):
    """How a seat that came free goes to somebody who waits."""

    AUTOMATIC = "automatic"
    OFFER = "offer"


class Overlap(StrEnum):
    """What is done with somebody who has something else at that time."""

    WARNED = "warned"
    REFUSED = "refused"


class ShortStaffed(StrEnum):
    """What becomes of an activity that has too few helpers shortly before it begins."""

    GO_AHEAD = "go-ahead"
    CANCEL = "cancel"


class EquipmentNeed(Value):
    """So many pieces of one kind of equipment are used, of those that the community's venues have."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    kind: Thing[Code]
    count: int = 1


class ShownPicture(Value):
    """A picture that the events service keeps, and what it shows, in words for who doesn't see it."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    picture: Thing[Id]
    zh: Office[Masked]
    en: Office[Masked | None] = None


class HelperSeats(Value):
    """So many helpers are wanted for one part, and what they must be able to do for it. `skill_level`: how well they
    know the part's skill, from 1 (a beginner) to 3 (an expert)."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    role: SeatRole
    seats: int = 1
    skill: Thing[Code | None] = None
    skill_level: int = 1


class TicketGroup(Value):
    """A group of people with a capacity of its own, within that of the activity: children, parents, helpers."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    group: Thing[Code]
    zh: Office[Masked]
    en: Office[Masked | None] = None
    capacity: int


class Terms(Value):
    """On what terms people register. Times are told from the start, so that they move with the activity."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    opens_hours_before: int | None = None
    """Registration opens so long before the start; None: as soon as the activity is announced."""
    closes_hours_before: int = 0
    cancel_hours_before: int = 0
    """Until so long before the start people may withdraw by themselves; later the desk does it."""
    largest_party: int = 10
    helpers_warn_hours: int = 48
    """So long before the start the organiser is told that helpers are missing …"""
    helpers_warn_again_hours: tuple[int, ...] = ()
    """… and again so long before it, as long as they are."""
    when_short_staffed: ShortStaffed = ShortStaffed.GO_AHEAD
    helpers_decide_hours: int = 12
    """So long before the start it is cancelled, where that is what becomes of it."""
    children_per_adult: int | None = None
    """So many children, at most, are looked after by one adult who is there."""
    groups: tuple[TicketGroup, ...] = ()
    priority: Thing[tuple[Code, ...]] = ()
    """The groups that go ahead on the waiting list; parties of one rank stand in the order in which they came."""
    priority_rule: Office[Masked | None] = None
    """Why these go ahead, for everybody to read."""
    priority_rule_en: Office[Masked | None] = None
    promotion: Promotion = Promotion.AUTOMATIC
    overlapping: Overlap = Overlap.WARNED
    offer_hours: int = 12
    """How long an offered seat waits for an answer."""
    reminder_hours: tuple[int, ...] = (24, 2)
    """So long before the start those who have a seat are reminded, and asked whether they come."""


class ActivityDetails(Value):
    """What people read about an activity. Whatever is left out is not said."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    description: Office[Masked | None] = None
    description_en: Office[Masked | None] = None
    bring: Office[Masked | None] = None
    """What to bring."""
    bring_en: Office[Masked | None] = None
    hosted_by: Office[Masked | None] = None
    """The host's name, as people know it."""
    hosted_by_en: Office[Masked | None] = None
    host_kind: HostKind = HostKind.COMMITTEE
    host: Thing[Id | None] = None
    """The id of the team or unit."""
    max_age: int | None = None
    admits: Admits = Admits.EVERYBODY
    accessibility: tuple[Accessibility, ...] = ()
    insurance: Thing[Code | None] = None
    """The mark of the accident insurance that covers those who take part."""
    filing: Thing[Code | None] = None
    """The mark under which the activity was filed with the authority that asks for it."""
    equipment: tuple[EquipmentNeed, ...] = ()
    pictures: tuple[ShownPicture, ...] = ()
    """The first is shown above its page, and with it elsewhere."""
    terms: Terms = Terms()
