"""Photos of what was put right on a walk are new, as those of a handling are: uploaded since the round was planned or
began, and shown once. Where the same walk is sent again, its photos are its own."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from services.chassis.errors import CommunityError, Conflict, Invalid
from services.issues.rounds.domain.rounds import Round
from services.issues.rounds.domain.visits import Fault, FoundHere, RecordVisit
from services.issues.shared.values import PhotoOrigin


class FixPhotoUsed(
    Conflict,
    code="visit.evidence-used",
    zh="问题 {id} 的整改后照片 {photo} 已使用过，请为每个问题重新拍摄照片。",
    en="The photo {photo}, taken after the finding {id} was put right, was used before; please take one for each.",
):
    """A photo shows one thing that was put right."""


class FixPhotoOld(
    Invalid,
    code="visit.evidence-old",
    zh="问题 {id} 的整改后照片 {photo} 上传于本次巡查之前，请重新拍摄。",
    en="The photo {photo} of the finding {id} was uploaded before the round; please take a new one.",
):
    """What was there before the walk can't show what the walk has put right."""


def shown_as_fixed(command: RecordVisit) -> Sequence[str]:
    """The photos that are to show what was put right."""
    return [photo for finding in command.findings if finding.fixed for photo in finding.after]


def stale_photos(round: Round, command: RecordVisit, seen: Mapping[str, PhotoOrigin]) -> Iterator[Fault]:
    """The findings of `command` whose photos can't show what was put right; `seen` is what is known of the photos."""
    shown = Counter(photo for finding in command.findings for photo in {*finding.before, *finding.after})
    for index, finding in enumerate(command.findings):
        for photo in finding.after if finding.fixed else ():
            error = _wrong(round, finding, photo, shown[photo], seen.get(photo))
            if error is not None:
                yield Fault(index, finding.id, error)
                break


def _wrong(
    round: Round, finding: FoundHere, photo: str, times: int, known: PhotoOrigin | None
) -> CommunityError | None:
    if times > 1 or photo in finding.before or (known is not None and known.elsewhere):
        return FixPhotoUsed(id=finding.id, photo=photo)
    if known is not None and known.first_uploaded_at < min(round.planned_at, round.starts_at):
        return FixPhotoOld(id=finding.id, photo=photo)
    return None
