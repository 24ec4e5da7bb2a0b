"""A case: what it holds, who may read how much of it, and the errors of its rules.

What reporters typed and how to reach them stands here and in no event.
"""

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from services.chassis.aggregate import Aggregate
from services.chassis.errors import Conflict, Forbidden, Invalid
from services.chassis.principal import Principal, Role
from services.contracts.issues import CaseState, CaseStatus, Channel, Priority
from services.contracts.marks import Masked
from services.issues.domain.catalogue import Category
from services.issues.domain.transitions import CaseCommand

MAX_PHOTOS = 40


class EvidenceMissing(
    Invalid,
    code="case.evidence-missing",
    zh="该类问题办结时必须上传整改后的照片。",
    en="Handling a case of this category needs a photo taken afterwards.",
):
    """Closed is not solved: the category asks for proof."""


class TooManyPhotos(
    Conflict,
    code="case.too-many-photos",
    zh="一个案件最多保存 {limit} 张照片。",
    en="A case keeps {limit} photos at most.",
):
    """A bound on the document."""


class DueInThePast(
    Invalid, code="case.due-in-the-past", zh="处置时限必须晚于现在。", en="The deadline must lie in the future."
):
    """A deadline that has passed already can't be kept."""


class UnitElsewhere(
    Invalid, code="case.unit-elsewhere", zh="该单位不属于本社区。", en="That unit belongs to another community."
):
    """Units are partners of one community."""


class PlaceElsewhere(
    Invalid, code="case.place-elsewhere", zh="该地点不属于本社区。", en="That place belongs to another community."
):
    """Places belong to one community."""


class VerifierIsHandler(
    Conflict,
    code="case.verifier-is-handler",
    zh="核查人不能是处置人，也不能来自处置单位。",
    en="The verifier must not have handled the case, nor belong to the handling unit.",
):
    """GB/T 30428: who handles does not verify."""


class VerifierIsReporter(
    Conflict,
    code="case.verifier-is-reporter",
    zh="核查人不能是上报人。",
    en="The verifier must not be the reporter.",
):
    """Nobody verifies what they asked for themselves."""


class OnlyTheReporter(
    Forbidden,
    code="case.only-the-reporter",
    zh="只有上报人或代为登记的社区工作人员可以执行此操作。",
    en="Only the reporter, or staff for them, may do this.",
):
    """The verdict is the reporter's."""


class TooLateToReopen(
    Conflict,
    code="case.too-late-to-reopen",
    zh="结案已超过 {days} 天，请重新上报。",
    en="It was closed more than {days} days ago; please report it anew.",
):
    """After that time a new report is clearer than an old one."""


class TitleByResident(
    Invalid,
    code="case.title-by-resident",
    zh="公开标题由社区工作人员拟定，请填写问题描述。",
    en="The public title is written by workers; please describe the problem in the text.",
):
    """A resident's words may hold what should not be public."""


class Contact(BaseModel):
    """How to reach a reporter about this case; shown to the staff and the handling unit alone."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Annotated[str, StringConstraints(strip_whitespace=True, max_length=60)] | None = Field(None, repr=False)
    phone: Annotated[str, StringConstraints(pattern=r"^[0-9+\- ]{5,24}$")] | None = Field(None, repr=False)


class Remark(BaseModel):
    """What somebody wrote with a command. `about` is that command."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    at: datetime
    by: str
    about: CaseCommand
    text: str = Field(repr=False)


class Case(Aggregate):
    """One problem at one place. `evidence` is what the category asked for when the case was filed.

    `handlers`: everybody who ever worked on it; none of them verifies it.
    """

    category: str
    category_zh: str
    category_en: str
    priority: Priority
    hours: int
    evidence: bool
    title: Masked | None = None
    place: str
    building: str | None = None
    floor: int | None = None
    spot: str | None = Field(default=None, repr=False)
    channel: Channel
    reporter: str | None = None
    contact: Contact | None = None
    text: str | None = Field(default=None, repr=False)
    round: str | None = None
    visit: str | None = None
    status: CaseStatus
    unit: str | None = None
    handlers: frozenset[str] = frozenset()
    on_the_spot: bool = False
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    remarks: tuple[Remark, ...] = ()
    reported_at: datetime
    due_at: datetime | None = None
    overdue: bool = False
    handled_at: datetime | None = None
    closed_at: datetime | None = None
    rating: int | None = None
    returned: int = 0
    sent_back: int = 0
    reopened: int = 0

    @property
    def photos(self) -> int:
        """How many pictures are kept with it."""
        return len(self.before) + len(self.after)

    def public(self) -> CaseState:
        return CaseState(**{name: getattr(self, name) for name in CaseState.model_fields})

    def handled_by(self, by: Principal) -> bool:
        """Whether `by` works for the unit that has the case."""
        return by.has(Role.HANDLER) and self.unit is not None and self.unit in by.units

    def shows_contact_to(self, by: Principal) -> bool:
        """Whether `by` may read the reporter's contact."""
        if self.community not in by.communities:
            return False
        return by.sub == self.reporter or by.has(Role.STAFF) or self.handled_by(by)

    def shows_inside_to(self, by: Principal) -> bool:
        """Whether `by` may read words, exact spot, photos and remarks; everybody else sees the public state."""
        if self.community not in by.communities:
            return False
        return self.shows_contact_to(by) or by.has(Role.SUPERVISOR, Role.GRID_WORKER)


def of_category(category: Category) -> dict[str, Any]:
    """The fields of a case that its category gives."""
    return {
        "category": category.code,
        "category_zh": category.zh,
        "category_en": category.en,
        "priority": category.priority,
        "hours": category.deadlines.handling.hours,
        "evidence": category.evidence,
    }


def with_remark(case: Case, about: CaseCommand, text: str | None, by: Principal, now: datetime) -> tuple[Remark, ...]:
    """The remarks of `case`, and what `by` wrote now if anything."""
    return case.remarks if text is None else (*case.remarks, Remark(at=now, by=by.sub, about=about, text=text))
