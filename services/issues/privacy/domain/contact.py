"""The contact of a reporter, which the service stores sealed in a box that only a key of its own opens.

A `Contact` in clear exists while a request is answered and nowhere else: not in the store, in a receipt, on a topic or
in the journal. A child under fourteen gives none of its own (Personal Information Protection Law, art. 28 and 31): the
contact is a guardian's who has agreed, and that is on record.
"""

from typing import Annotated, Literal

from pydantic import ConfigDict, Field, StringConstraints

from services.chassis.errors import Invalid
from services.contracts.marks import Personal, Thing
from services.contracts.text import Plain
from services.contracts.value import Value


class GuardianMustAgree(
    Invalid,
    code="case.guardian-must-agree",
    zh="上报人未满十四周岁时，联系方式必须是监护人的，并须监护人同意。",
    en="For a reporter under fourteen the contact must be a guardian's, who has agreed to it.",
):
    """PIPL, art. 31: who handles data of a child under fourteen asks the guardian."""


_Name = Annotated[str, StringConstraints(strip_whitespace=True, max_length=60), Plain]


class Contact(Value):
    """The contact of a reporter for one case; shown to them, the staff and the handling unit alone."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: _Name | None = Field(None, repr=False)
    phone: Annotated[str, StringConstraints(pattern=r"^[0-9+\- ]{5,24}$")] | None = Field(None, repr=False)
    email: Annotated[str, StringConstraints(pattern=r"^[^@\s]{1,64}@[^@\s]{1,189}$")] | None = Field(None, repr=False)
    relation: Literal["self", "guardian"] = "self"
    """Whose it is: the reporter's own, or a guardian's."""


class Sealed(Value):
    """A contact that is kept: `box` is opened by the data key `key` while that exists."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    key: Thing[str]
    box: Personal[str] = Field(repr=False)


def require_guardian(minor: bool, contact: Contact | None, consent: bool) -> None:
    """Raises GuardianMustAgree where a child's contact is not a guardian's who has agreed."""
    if minor and contact is not None and not (consent and contact.relation == "guardian"):
        raise GuardianMustAgree()
