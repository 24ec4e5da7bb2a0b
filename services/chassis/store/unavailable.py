"""The error that callers get when MongoDB does not answer: the outcome is unknown, and the same command may be sent
again."""

from contextlib import AbstractContextManager

from services.chassis.errors import Unavailable
from services.chassis.store.mongo import DuplicateKeyError, is_passing


class StoreUnavailable(
    Unavailable,
    code="store-unavailable",
    zh="数据服务暂时不可用，请稍后用同一个 Idempotency-Key 重试。",
    en="The store does not answer just now. Try again later with the same Idempotency-Key.",
):
    """MongoDB is not reachable, or failed over in the middle: the outcome of the command is unknown."""


class _StoreErrors:
    """The context manager of `store_errors`. It is a class, because several stand around every command, and a class
    costs a third of a generator."""

    __slots__ = ()

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        if isinstance(error, Exception) and not isinstance(error, DuplicateKeyError) and is_passing(error):
            raise StoreUnavailable() from error


_STORE_ERRORS = _StoreErrors()


def store_errors() -> AbstractContextManager[None]:
    """Raise passing trouble of the store, inside a `with` block, as StoreUnavailable. Other errors pass unchanged."""
    return _STORE_ERRORS
