"""Evidence of a handling is new: photos that were uploaded after the unit got the case, or got it back, each used once.

A picture is known by its content: the same file sent again, by whomever, is as old as it was the first time.
"""

from collections.abc import Mapping, Sequence

from services.chassis.errors import Conflict, Invalid
from services.chassis.principal import Principal
from services.issues.cases.domain.case import Case
from services.issues.cases.domain.transitions import WHO, CaseCommand
from services.issues.shared.values import PhotoOrigin, called


class EvidenceUsed(
    Conflict,
    code="case.evidence-used",
    zh="{photo}已使用过，请重新拍摄整改后的照片。",
    en="{photo} was used before; please take a new one.",
):
    """A photo shows one handling: not that of another case, and not what was sent back."""


class EvidenceOld(
    Invalid,
    code="case.evidence-old",
    zh="{photo}上传于派单（或返工）之前，请重新拍摄整改后的照片。",
    en="{photo} was uploaded before the unit got the case, or got it back; please take a new one.",
):
    """A photo from before the work can't show its outcome."""


def require_new(case: Case, photos: Sequence[str], seen: Mapping[str, PhotoOrigin]) -> None:
    """Refuse photos that can't show what was done now.

    Raises:
        EvidenceUsed: this case or something else shows it already.
        EvidenceOld: it was uploaded before the unit owed this handling.
    """
    require_unused(photos, seen)
    for photo in photos:
        known = seen.get(photo)
        if photo in (*case.before, *case.after):
            raise EvidenceUsed(photo=called(photo, photos))
        if known is not None and case.owed_since is not None and known.first_uploaded_at < case.owed_since:
            raise EvidenceOld(photo=called(photo, photos))


def require_unused(photos: Sequence[str], seen: Mapping[str, PhotoOrigin]) -> None:
    """Raises EvidenceUsed where something shows one of `photos` already."""
    for photo in photos:
        if photo in seen and seen[photo].elsewhere:
            raise EvidenceUsed(photo=called(photo, photos))


def may_weigh_evidence(case: Case, by: Principal) -> bool:
    """Whether `by` is told when the photos of the handling were taken: who may verify the case, and nobody else."""
    verifies = by.has(case.community, *WHO[CaseCommand.VERIFY]) and not case.is_reporter(by)
    return verifies and by.sub not in case.handlers and not by.works_for(case.community, case.unit)
