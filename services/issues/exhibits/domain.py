"""The rules of exhibits: which pictures of which cases may be shown to everybody, and until when.

Staff look at both pictures before they show them: what can be seen of a person in a picture, only a person can tell. A
picture that somebody sent in from outside is theirs, and is shown with their consent alone.
"""

from datetime import datetime

from services.chassis.aggregate import Aggregate, Decision, decided, derived_id, event_from
from services.chassis.errors import Conflict, Invalid
from services.chassis.principal import Principal, Role
from services.chassis.values import Line, Request
from services.chassis.words import Worded
from services.contracts.issues import Channel, ExhibitShown, ExhibitState, ExhibitTakenDown
from services.contracts.marks import Id, Officer, Thing
from services.issues.cases.domain.case import Case
from services.issues.cases.domain.transitions import SOLVED

_BEFORE, _AFTER = Worded("before", "整改前", "before"), Worded("after", "整改后", "after")
_IN_OFFICE = frozenset({Channel.ROUND, Channel.GRID_WORKER, Channel.STAFF})
"""Where who reported did so in office, and their pictures are the committee's."""


class NotPutRight(
    Conflict,
    code="exhibit.not-put-right",
    zh="案件尚未核查办结，或不对外公开，不能公示对比照片。",
    en="The case is not put right and checked, or not for everybody: its pictures can't be shown.",
):
    """Only what everybody may know of, and somebody has checked, is shown."""


class PictureElsewhere(
    Invalid,
    code="exhibit.picture-elsewhere",
    zh="照片 {photo} 不是该案件{part}的照片，或仅供内部使用。",
    en="The photo {photo} is none of the case's from {part}, or it is for the office alone.",
):
    """An exhibit shows pictures that are kept with its case, each in its place."""


class NotAgreed(
    Invalid,
    code="exhibit.not-agreed",
    zh="整改前的照片由上报人提供，须经其同意才能公示。",
    en="The picture from before was sent in by who reported the case; it is shown only if they agree.",
):
    """A picture that somebody brought from outside is theirs."""


class Show(Request):
    """Show everybody the photo `before` and the photo `after` of a case.

    `agreed`: who reported the case has agreed, where it was nobody in office.
    """

    case: Id
    before: Id
    after: Id
    agreed: bool = False


class ShowOthers(Request):
    """Show these pictures of the same case from now on."""

    before: Id
    after: Id
    agreed: bool = False


class TakeDown(Request):
    """Show the pictures to nobody any more. `reason` is on record."""

    reason: Line


class Exhibit(Aggregate):
    """The pictures of a case that everybody sees; none where it is not `shown`."""

    case: Thing[str]
    shown: bool
    before: Thing[str | None] = None
    after: Thing[str | None] = None
    agreed: bool = False
    by: Officer[str]
    shown_at: datetime

    def public(self) -> ExhibitState:
        return ExhibitState(case=self.case, shown=self.shown, before=self.before, after=self.after)

    def holds(self, case: Case) -> bool:
        """Whether the pictures may still be shown, as `case` stands now."""
        return self.shown and _may_be_shown(case) and self.before in case.before and self.after in case.after


def exhibit_id(case: str) -> str:
    """The id of the exhibit of a case: derived, so that a case has one."""
    return derived_id("exhibit", case)


def show(case: Case, command: Show | ShowOthers, by: Principal, now: datetime) -> Decision[Exhibit]:
    """Show two pictures of `case`.

    Raises:
        NotYours: the caller is not staff of the community.
        NotPutRight: the case is open, or not public.
        PictureElsewhere: a photo is not the case's, or is for the office.
        NotAgreed: the picture from before is a resident's, who has not agreed.
    """
    by.require(case.community, Role.STAFF)
    if not _may_be_shown(case):
        raise NotPutRight()
    internal = {photo for remark in case.remarks if remark.internal for photo in remark.photos}
    for photo, kept, part in ((command.before, case.before, _BEFORE), (command.after, case.after, _AFTER)):
        if photo not in kept or photo in internal:
            raise PictureElsewhere(photo=photo, part=part)
    if case.channel not in _IN_OFFICE and not command.agreed:
        raise NotAgreed()
    exhibit = Exhibit(
        id=exhibit_id(case.id),
        community=case.community,
        case=case.id,
        shown=True,
        before=command.before,
        after=command.after,
        agreed=command.agreed,
        by=by.sub,
        shown_at=now,
    )
    return decided(exhibit, event_from(ExhibitShown, exhibit, by=by.sub))


def show_others(exhibit: Exhibit, case: Case, command: ShowOthers, by: Principal, now: datetime) -> Decision[Exhibit]:
    """Show other pictures of the same case, or show it again. Raises as `show`."""
    return show(case, command, by, now)


def take_down(exhibit: Exhibit, reason: str, by: str) -> Decision[Exhibit]:
    """Show the pictures to nobody any more; a second time changes nothing."""
    if not exhibit.shown:
        return decided(exhibit)
    changed = exhibit.model_copy(update={"shown": False, "before": None, "after": None})
    return decided(changed, event_from(ExhibitTakenDown, changed, reason=reason, by=by))


def _may_be_shown(case: Case) -> bool:
    return case.is_public and case.status in SOLVED
