"""Bounded types of what people type and send. Every request of this service is made of them."""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, ConfigDict, Field, StringConstraints

from services.contracts.marks import Id
from services.contracts.text import Plain
from services.contracts.value import Value

MAX_PHOTOS_AT_ONCE = 10
MAX_ATTACHMENTS_AT_ONCE = 5

Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120), Plain]
"""One line: a title, a spot."""

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000), Plain]
"""A few paragraphs: a description, a reason, an answer."""

Story = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=5000), Plain]
"""What a reporter tells: 4000 characters, as other systems allow, and what was sent beside them."""


def _in_utc(moment: datetime) -> datetime:
    try:
        moment = moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("out of range") from None
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


Moment = Annotated[AwareDatetime, AfterValidator(_in_utc)]
"""A time with its zone, kept in UTC and whole milliseconds, as the store keeps it."""

PhotoIds = Annotated[tuple[Id, ...], Field(max_length=MAX_PHOTOS_AT_ONCE)]
"""Photos uploaded before, by their ids."""

AttachmentIds = Annotated[tuple[Id, ...], Field(max_length=MAX_ATTACHMENTS_AT_ONCE)]
"""Recordings and PDFs uploaded before, by their ids."""

Floor = Annotated[int, Field(ge=-9, le=150)]
"""Floors are numbered as people number them: 1 is the ground floor, -1 the first basement."""


class Request(Value):
    """What is asked by a command. Unknown fields are refused, so that a misspelt one is not lost in silence."""

    model_config = ConfigDict(frozen=True, extra="forbid")
