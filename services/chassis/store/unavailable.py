"""What is said when MongoDB does not answer: the outcome is unknown, and the same command may be sent again."""

from collections.abc import Iterator
from contextlib import contextmanager

from services.chassis.errors import Unavailable
from services.chassis.store.mongo import DuplicateKeyError, is_passing


class StoreUnavailable(
    Unavailable,
    code="store-unavailable",
    zh="数据服务暂时不可用，请稍后用同一个 Idempotency-Key 重试。",
    en="The store does not answer just now. Try again later with the same Idempotency-Key.",
):
    """MongoDB is not reachable, or failed over in the middle: the outcome of the command is unknown."""


@contextmanager
def store_errors() -> Iterator[None]:
    """Trouble of the store that passes by itself is told as StoreUnavailable; what else it raises goes on as it is."""
    try:
        yield
    except DuplicateKeyError:
        raise
    except Exception as error:
        if is_passing(error):
            raise StoreUnavailable() from error
        raise
