"""One hierarchy of the errors that people and programs see: a stable code, a status, a sentence in zh and en.

An error is a class, declared where its rule lives:

    class VerifierIsHandler(Conflict, code="case.verifier-is-handler",
                            zh="核查人不能来自处置单位。", en="The verifier must not belong to the handling unit."):
        \"\"\"GB/T 30428: who handles does not verify.\"\"\"

    raise VerifierIsHandler(unit=unit)

Sentences may name parameters in braces; a parameter that is a code knows its words (`words.Worded`), so that people
never read codes. Parameters never hold personal data, for they reach logs and dead letters.
"""

from typing import Any, ClassVar

from services.chassis.words import kind_named, readable, spoken

_ERRORS: dict[str, type["CommunityError"]] = {}


class CommunityError(Exception):
    """An expected refusal. Nothing has changed when it is raised."""

    code: ClassVar[str] = "error"
    status: ClassVar[int] = 500
    zh: ClassVar[str] = "出错了。"
    en: ClassVar[str] = "Something went wrong."

    def __init_subclass__(
        cls, code: str | None = None, status: int | None = None, zh: str | None = None, en: str | None = None
    ) -> None:
        cls.status = cls.status if status is None else status
        if code is None:
            return
        if zh is None or en is None:
            raise TypeError(f"{cls.__name__}: an error has a sentence in zh and in en")
        cls.code, cls.zh, cls.en = code, zh, en
        known = _ERRORS.setdefault(code, cls)
        if known.__qualname__ != cls.__qualname__:
            raise TypeError(f"the code {code} is taken by {known.__name__}")

    def __init__(self, **params: Any) -> None:
        self.params = params
        self.current: dict[str, Any] | None = None
        """Version and public state of what was to be changed, where somebody else was faster."""
        super().__init__(f"{self.code}: {self.sentence('en')}")

    def sentence(self, language: str) -> str:
        """The sentence in `language` (`zh` or `en`)."""
        said = {name: spoken(value, language) for name, value in self.params.items()}
        return (self.zh if language == "zh" else self.en).format(**said)


def declared_errors() -> dict[str, type[CommunityError]]:
    """Every declared error by its code: what the OpenAPI documents and the error pages list."""
    return dict(_ERRORS)


class Invalid(CommunityError, status=422):
    """The request makes no sense by itself."""


class Forbidden(CommunityError, status=403):
    """The caller may not do this."""


class NotFound(CommunityError, status=404):
    """There is no such thing, or the caller may not know of it."""


class Conflict(CommunityError, status=409):
    """The request does not fit the present state."""


class Unauthenticated(CommunityError, status=401):
    """The caller is not known."""


class Unavailable(CommunityError, status=503):
    """The request can't be met just now; the same call may succeed later."""


class StaleVersion(
    CommunityError,
    code="stale-version",
    status=412,
    zh="数据已被他人修改，当前版本为 {version}，请刷新后重试。",
    en="It has been changed meanwhile; the current version is {version}. Reload and try again.",
):
    """If-Match names another version than the current one (RFC 9110, 13.1.1)."""


class TooMuchContention(
    Conflict,
    code="too-much-contention",
    zh="同时修改的人太多，请稍后重试。",
    en="Too many changes at once; try again.",
):
    """The optimistic write lost its race several times over."""


class UnknownAggregate(NotFound, code="not-found", zh="没有找到该{kind}{id}。", en="There is no such {kind}{id}."):
    """No such aggregate."""

    def __init__(self, *, kind: str, id: str) -> None:
        super().__init__(kind=kind_named(kind), id=readable(id))


class AlreadyExists(Conflict, code="already-exists", zh="该{kind}{id}已经存在。", en="The {kind}{id} exists already."):
    """An aggregate with this id is there already, made by another command."""

    def __init__(self, *, kind: str, id: str) -> None:
        super().__init__(kind=kind_named(kind), id=readable(id))


class NotYours(Forbidden, code="forbidden", zh="您没有权限执行此操作。", en="You are not allowed to do this."):
    """The caller's roles, communities or units don't allow it."""


class PersonGone(
    Conflict,
    code="person.erased",
    zh="此人的资料已申请删除，不能再登记或修改。",
    en="This person's data is erased or being erased; nothing is kept of them any more.",
):
    """There is no way back from an erasure request."""
