"""What callers send about persons."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from services.contracts.marks import Id
from services.notify.persons.domain.addresses import Addresses
from services.notify.persons.domain.choices import Choices, Language, OfClass
from services.notify.persons.domain.home import Home
from services.notify.persons.domain.quiet import QuietHours
from services.notify.routing.domain.kinds import KindName, MessageClass
from services.notify.shared.values import Way


class PutPreferences(BaseModel):
    """How somebody wants to be told. `muted`: channels by kind that they don't want; mandatory kinds come anyway.

    `classes`: for each class the channels in order, whether messages come at once or collected, or not at all.
    `silenced`: ids of cases, wishes and activities of which they want to hear no more.
    `community`: in which capacity it is asked for; it says of nobody where they belong.
    """

    model_config = ConfigDict(extra="forbid")

    community: Id
    language: Language = "zh"
    quiet_hours: QuietHours | None = QuietHours()
    muted: dict[KindName, frozenset[Way]] = Field(default_factory=dict, max_length=200)
    classes: dict[MessageClass, OfClass] = Field(default_factory=dict)
    silenced: frozenset[Id] = Field(default=frozenset(), max_length=500)

    def choices(self) -> Choices:
        """The choices that this request asks for."""
        return Choices(
            language=self.language,
            muted=self.muted,
            quiet=self.quiet_hours,
            classes=self.classes,
            silenced=self.silenced,
        )


class PutAddresses(Addresses):
    """Where somebody can be reached; what is left out is forgotten."""

    community: Id

    def addresses(self) -> Addresses:
        """The addresses that this request gives."""
        return Addresses(email=self.email, phone=self.phone, wecom=self.wecom)


class PutHome(Home):
    """Building and age band, for messages to them."""

    community: Id

    def home(self) -> Home:
        """The home that this request tells."""
        return Home(building=self.building, age_band=self.age_band)


class NameProxy(BaseModel):
    """Names somebody who receives what this person is told, once they have agreed."""

    model_config = ConfigDict(extra="forbid")

    community: Id
    proxy: Id


class RequestErasure(BaseModel):
    """Asks that everything about the person is erased; of staff, all that belongs to `community`."""

    model_config = ConfigDict(extra="forbid")

    community: Id


class TellCode(BaseModel):
    """The code that came to an address which staff have entered."""

    model_config = ConfigDict(extra="forbid")

    code: Annotated[str, StringConstraints(pattern=r"^[0-9]{8}$")]
