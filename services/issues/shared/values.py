"""Values of several rooms: bounded types that requests have beside those of every service (`chassis/values.py`), and
what is known of photos."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from pydantic import Field, StringConstraints

from services.chassis.words import Worded
from services.contracts.marks import Id
from services.contracts.text import Plain

MAX_PHOTOS_AT_ONCE = 10
MAX_ATTACHMENTS_AT_ONCE = 5

Story = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=5000), Plain]
"""What a reporter tells: 4000 characters, as other systems allow, and what was sent beside them."""


PhotoIds = Annotated[tuple[Id, ...], Field(max_length=MAX_PHOTOS_AT_ONCE)]
"""Photos uploaded before, by their ids."""

AttachmentIds = Annotated[tuple[Id, ...], Field(max_length=MAX_ATTACHMENTS_AT_ONCE)]
"""Recordings and PDFs uploaded before, by their ids."""

Floor = Annotated[int, Field(ge=-9, le=150)]
"""Floors are numbered as people number them: 1 is the ground floor, -1 the first basement."""


def called(photo: str, photos: Sequence[str]) -> Worded:
    """The photo as refusals speak of it: by where it stands in what was sent."""
    return Worded.counted(photo, photos, "张照片", "Photo")


@dataclass(frozen=True, slots=True)
class PhotoOrigin:
    """The origin of a photo that is to show a fix: when its content was first uploaded, and whether something else
    shows it."""

    first_uploaded_at: datetime
    elsewhere: bool
