"""What callers send about persons."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from services.contracts.marks import Id
from services.contracts.notices import NoticeChannel, NoticeKind
from services.notify.persons.domain.addresses import Addresses
from services.notify.persons.domain.person import Choices, Language
from services.notify.persons.domain.quiet import QuietHours


class PutPreferences(BaseModel):
    """How somebody wants to be told. `muted`: channels by kind that they don't want; mandatory kinds come anyway.

    `community`: in which capacity it is asked for; it says of nobody where they belong.
    """

    model_config = ConfigDict(extra="forbid")

    community: Id
    language: Language = "zh"
    quiet_hours: QuietHours | None = QuietHours()
    muted: dict[NoticeKind, frozenset[NoticeChannel]] = Field(default_factory=dict)

    def choices(self) -> Choices:
        """The choices that this request asks for."""
        return Choices(language=self.language, muted=self.muted, quiet=self.quiet_hours)


class PutAddresses(Addresses):
    """Where somebody can be reached; what is left out is forgotten."""

    community: Id

    def addresses(self) -> Addresses:
        """The addresses that this request gives."""
        return Addresses(email=self.email, phone=self.phone)


class RequestErasure(BaseModel):
    """Asks that everything about the person is erased; of staff, all that belongs to `community`."""

    model_config = ConfigDict(extra="forbid")

    community: Id


class TellCode(BaseModel):
    """The code that came to an address which staff have entered."""

    model_config = ConfigDict(extra="forbid")

    code: Annotated[str, StringConstraints(pattern=r"^[0-9]{8}$")]
