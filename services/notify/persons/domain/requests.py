"""The requests about persons."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator

from services.contracts.marks import Id
from services.notify.persons.domain.addresses import Addresses
from services.notify.persons.domain.choices import Choices, Language, OfClass
from services.notify.persons.domain.home import Home
from services.notify.persons.domain.proxies import Called
from services.notify.persons.domain.quiet import QuietHours, require_zone
from services.notify.routing.domain.kinds import KindName, MessageClass
from services.notify.shared.values import CHOSEN_FROM, Way

_LOCAL_PART, _LABEL = 64, 63
"""So many octets may stand before the `@` of an e-mail address, and in each part of a name behind it."""
_DIGITS = 5


class PutPreferences(BaseModel):
    """The choices of a person about messages. `muted` gives the channels by kind that they don't want; a kind that
    comes anyway (mandatory, or an emergency) is refused there.

    `classes`: for each class the channels in order, whether messages come at once or collected, or not at all.
    `silenced`: ids of cases, wishes and activities of which they want to hear no more; what is mandatory comes still.
    `community`: in which capacity it is asked for; it says of nobody where they belong.
    """

    model_config = ConfigDict(extra="forbid")

    community: Id
    language: Language = "zh"
    quiet_hours: QuietHours | None = QuietHours()
    muted: dict[KindName, frozenset[Way]] = Field(default_factory=dict, max_length=200)
    classes: dict[MessageClass, OfClass] = Field(default_factory=dict)
    silenced: frozenset[Id] = Field(default=frozenset(), max_length=500)

    @field_validator("quiet_hours")
    @classmethod
    def _at_a_place(cls, value: QuietHours | None) -> QuietHours | None:
        return None if value is None else require_zone(value)

    @field_validator("classes")
    @classmethod
    def _can_be_chosen(cls, value: dict[MessageClass, OfClass]) -> dict[MessageClass, OfClass]:
        for sort, chosen in value.items():
            ways = chosen.channels or ()
            if not set(ways) <= set(CHOSEN_FROM) or len(set(ways)) < len(ways):
                raise ValueError("channels of people, each once")
            if chosen.off and sort is MessageClass.EMERGENCY:
                raise ValueError("emergencies can't be switched off")
        return value

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
    """The addresses of a person. An address that is left out is removed."""

    community: Id

    @field_validator("email")
    @classmethod
    def _can_be_reached(cls, value: str | None) -> str | None:
        if value is None:
            return value
        local, _, domain = value.rpartition("@")
        labels = domain.split(".")
        if len(local) > _LOCAL_PART or "" in local.split("."):
            raise ValueError("not the address of a mailbox")
        if labels[-1].isdigit() or any(len(each) > _LABEL or each != each.strip("-") for each in labels):
            raise ValueError("not the address of a mail server by name")
        return value

    @field_validator("phone")
    @classmethod
    def _can_be_called(cls, value: str | None) -> str | None:
        if value is not None and sum(each.isdigit() for each in value) < _DIGITS:
            raise ValueError("too few digits for a telephone")
        return value

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


class StandIn(BaseModel):
    """Agrees to be somebody's proxy. `called` is what the proxy calls that person ("妈妈"): the messages say it, so
    that who stands in for several reads for whom each is. Nobody else is shown it."""

    model_config = ConfigDict(extra="forbid")

    called: Called | None = None


class RequestErasure(BaseModel):
    """Asks that everything about the person is erased; of staff, all that belongs to `community`."""

    model_config = ConfigDict(extra="forbid")

    community: Id


class TellCode(BaseModel):
    """The code that came to an address which staff have entered."""

    model_config = ConfigDict(extra="forbid")

    code: Annotated[str, StringConstraints(pattern=r"^[0-9]{8}$")]
