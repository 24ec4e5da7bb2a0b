"""Refuses the head of a request that two servers could read differently; nothing is guessed.

A header that may stand once stands once, a body has one length, a request names one host. So a proxy before the
service, and whatever stands behind it, understand the same request.
"""

from collections.abc import Mapping
from typing import Any

from services.chassis.errors import CommunityError
from services.chassis.http.refusals import Ambiguous, BadRequest, NoSuchRoute

_ONCE = frozenset(
    {
        b"authorization",
        b"content-encoding",
        b"content-length",
        b"content-range",
        b"content-type",
        b"expect",
        b"host",
        b"idempotency-key",
        b"if-match",
        b"if-modified-since",
        b"if-none-match",
        b"if-range",
        b"if-unmodified-since",
        b"origin",
        b"range",
        b"transfer-encoding",
    }
)


def flaw_in(scope: Mapping[str, Any], headers: Mapping[bytes, bytes]) -> CommunityError | None:
    """The refusal of a head that can't be acted on; None for a sound one.

    Args:
        headers: the headers of `scope`, each name once.
    """
    sent = scope["headers"]
    if len(sent) != len(headers) and (name := _repeated(sent)) is not None:
        return Ambiguous(header=name)
    if b"transfer-encoding" in headers:
        if b"content-length" in headers:
            return Ambiguous(header="Content-Length, Transfer-Encoding")
        if headers[b"transfer-encoding"].strip().lower() != b"chunked" or scope.get("http_version") == "1.0":
            return BadRequest()
    length = headers.get(b"content-length", b"0")
    if not length.isdigit() or (b"host" not in headers and scope.get("http_version") == "1.1"):
        return BadRequest()
    if headers.get(b"upgrade", b"").strip().lower() == b"websocket":
        return NoSuchRoute()
    return None


def announces_body(headers: Mapping[bytes, bytes]) -> bool:
    """Whether `headers` say that a body follows."""
    return headers.get(b"content-length", b"0").strip(b"0") != b"" or b"transfer-encoding" in headers


def _repeated(sent: list[tuple[bytes, bytes]]) -> str | None:
    seen: set[bytes] = set()
    for name, _ in sent:
        if name in _ONCE:
            if name in seen:
                return "-".join(part.capitalize() for part in name.decode("latin-1").split("-"))
            seen.add(name)
    return None
