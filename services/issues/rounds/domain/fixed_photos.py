"""Photos that show a fix made on a walk must be new: uploaded since the round was planned or began, and shown only
once. Photos of a handling have the same rule. A walk that is sent again may show its own photos again."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from services.chassis.errors import CommunityError, Conflict, Invalid
from services.issues.rounds.domain.rounds import Round
from services.issues.rounds.domain.visits import Fault, FoundHere, RecordVisit
from services.issues.shared.values import PhotoOrigin, called


class FixPhotoUsed(
    Conflict,
    code="visit.evidence-used",
    zh="问题 {id} 整改后的{photo}已使用过，请为每个问题重新拍摄照片。",
    en="{photo}, taken after the finding {id} was put right, was used before; please take one for each.",
):
    """A photo was shown for another fix already."""


class FixPhotoOld(
    Invalid,
    code="visit.evidence-old",
    zh="问题 {id} 整改后的{photo}上传于本次巡查之前，请重新拍摄。",
    en="{photo} of the finding {id} was uploaded before the round; please take a new one.",
):
    """A photo is older than the walk, so that it can't show a fix made on the walk."""


def shown_as_fixed(command: RecordVisit) -> Sequence[str]:
    """The ids of the photos in `command` that show fixes."""
    return [photo for finding in command.findings if finding.fixed for photo in finding.after]


def stale_photos(round: Round, command: RecordVisit, seen: Mapping[str, PhotoOrigin]) -> Iterator[Fault]:
    """The findings of `command` whose photos can't show their fix. `seen` tells of each photo when it was uploaded and
    where it was shown."""
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
        return FixPhotoUsed(id=finding.id, photo=called(photo, finding.after))
    if known is not None and known.first_uploaded_at < min(round.planned_at, round.starts_at):
        return FixPhotoOld(id=finding.id, photo=called(photo, finding.after))
    return None
