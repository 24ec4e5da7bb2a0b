"""A text that a community has written for a kind, in both languages: a version for each change, none ever lost."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated

from pydantic import ConfigDict, StringConstraints

from services.chassis.aggregate import Aggregate, Decision, decided
from services.chassis.errors import Conflict
from services.chassis.principal import Principal, Role
from services.contracts.marks import Office, Officer, Thing
from services.contracts.notices import TemplateSaved
from services.contracts.text import Plain
from services.contracts.value import Value
from services.notify.templates.domain.checking import check, require_said

FIRST = 1001
"""Versions of texts that are shipped are numbered below."""
MOST = 200
LIMITS: Mapping[str, int] = {"subject": 120, "body": 4000, "short": 200}
"""How long each part may be once it is filled. `short` goes where there is room for a line only."""

_Subject = Annotated[str, StringConstraints(min_length=1, max_length=400, pattern=r"^[^\r\n]*$"), Plain]
_Body = Annotated[str, StringConstraints(min_length=1, max_length=8000), Plain]


class Written(Value):
    """A text in one language."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    subject: Office[_Subject]
    body: Office[_Body]
    short: Office[_Subject | None] = None


class Version(Value):
    """A version of a text."""

    model_config = ConfigDict(frozen=True)

    number: int
    zh: Written
    en: Written
    at: datetime
    by: Officer[str]

    def written(self, language: str) -> Written:
        """The text in `language`."""
        return self.en if language == "en" else self.zh


class NoticeTemplate(Aggregate):
    """The versions of a text, the last one current; `withdrawn`: the shipped text holds again."""

    kind: Thing[str]
    versions: tuple[Version, ...] = ()
    withdrawn: bool = False

    @property
    def current(self) -> int | None:
        """The number of the version that holds."""
        return None if self.withdrawn or not self.versions else self.versions[-1].number


class EnoughVersions(
    Conflict, code="template.enough", zh="版本已达上限（{most} 个）。", en="There are {most} versions already."
):
    """Versions are never thrown away, for notices name them."""


def save(
    template: NoticeTemplate,
    zh: Written,
    en: Written,
    variables: Mapping[str, type],
    by: Principal,
    now: datetime,
) -> Decision[NoticeTemplate]:
    """Save another version; the same again changes nothing.

    Raises:
        TemplateRefused: it asks for what its kind does not have, or can't be filled.
        EnoughVersions: there are too many.
    """
    by.require(template.community, Role.STAFF)
    for written in (zh, en):
        require_fit(template.kind, written, variables)
    last = template.versions[-1] if template.versions else None
    if last is not None and (last.zh, last.en) == (zh, en) and not template.withdrawn:
        return decided(template)
    if len(template.versions) >= MOST:
        raise EnoughVersions(most=MOST)
    number = FIRST + len(template.versions)
    version = Version(number=number, zh=zh, en=en, at=now, by=by.sub)
    saved = template.model_copy(update={"versions": (*template.versions, version), "withdrawn": False})
    return decided(saved, TemplateSaved(kind=template.kind, version=number, by=by.sub))


def require_fit(kind: str, written: Written, variables: Mapping[str, type]) -> None:
    """Raises TemplateRefused unless a text of `kind` can be filled, and says what it must."""
    for part, most in LIMITS.items():
        if (source := getattr(written, part)) is not None:
            check(source, variables, most, kind)
            require_said(kind, part, source, variables)


def withdraw(template: NoticeTemplate, by: Principal) -> Decision[NoticeTemplate]:
    """The shipped text holds again. Again, it changes nothing."""
    by.require(template.community, Role.STAFF)
    if template.withdrawn:
        return decided(template)
    back = template.model_copy(update={"withdrawn": True})
    return decided(back, TemplateSaved(kind=template.kind, version=0, by=by.sub))
