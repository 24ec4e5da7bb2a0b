"""Calls providers over HTTP, and tells a definite no from a doubt.

An answer is definite, and so is a connection that was not made. A connection that broke after the request was on its
way, or an answer that was not whole in time, is a doubt; so is 504, by which a server between says that it waited in
vain for the provider. Redirects are not followed, because they would bypass the check of the address.
"""

import asyncio
import ipaddress
import logging
import socket
from asyncio import get_running_loop
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

import httpx
import orjson

from services.chassis.clock import utc_now
from services.notify.channels.domain.web_addresses import AddressRefused, Network, host_of, literal_of, may_call
from services.notify.channels.gateways import Answer, Later, Refused, Unknown

log = logging.getLogger(__name__)

_LONGEST = timedelta(days=1)
_WHOLE = 3
"""The whole call may take so many times as long as a single wait in it: an answer that comes byte by byte would else
hold a sender for hours."""
_MOST = 64 * 1024
_OF_THE_ACCOUNT = frozenset({401, 402, 403, 407})
"""Who asks is not known, has not paid, or may not ask: whatever the message."""


@dataclass(frozen=True, slots=True)
class Said:
    """An answer with status 2xx."""

    body: bytes

    def json(self) -> Mapping[str, Any]:
        """The body as a JSON object; an empty one where the body is none."""
        try:
            found = orjson.loads(self.body)
        except orjson.JSONDecodeError:
            return {}
        return found if isinstance(found, dict) else {}


class Calling:
    """Calls providers; with `public_only`, only at addresses of the public internet and of the networks `inside`."""

    def __init__(self, seconds: float, *, public_only: bool = False, inside: Iterable[Network] = ()) -> None:
        self._limits = httpx.Timeout(seconds)
        self._whole = seconds * _WHOLE
        self._public_only = public_only
        self._inside = tuple(inside)
        # Read once: the list of authorities takes longer to read than a call. Each call has a connection of its own,
        # since one that a provider has just closed would leave a doubt about the message.
        self._tls = httpx.create_ssl_context(trust_env=False)

    async def post(self, url: str, content: bytes, headers: Mapping[str, str]) -> Said | Answer:
        """Post `content` to `url`. Returns what a successful response said, or the gateway's answer that a failure
        means."""
        return await self._send("POST", url, content, headers)

    async def get(self, url: str) -> Said | Answer:
        """Get `url`. Returns what a successful response said, or the gateway's answer that a failure means."""
        return await self._send("GET", url, b"", {})

    async def _send(self, method: str, url: str, content: bytes, headers: Mapping[str, str]) -> Said | Answer:
        try:
            address, extensions, sent = await self._place(url, headers)
        except AddressRefused:
            return Refused("address")
        except OSError:
            return Later()
        try:
            async with (
                asyncio.timeout(self._whole),
                httpx.AsyncClient(
                    verify=self._tls, timeout=self._limits, follow_redirects=False, trust_env=False
                ) as client,
            ):
                request = client.build_request(method, address, content=content, headers=sent, extensions=extensions)
                response = await client.send(request, stream=True)
                try:
                    body = await _read(response)
                finally:
                    await response.aclose()
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.UnsupportedProtocol):
            return Later()
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as error:
            log.warning("a provider fell silent", extra={"error": type(error).__name__})
            return Unknown()
        return _meaning(response, body)

    async def _place(self, url: str, headers: Mapping[str, str]) -> tuple[str, dict[str, Any], dict[str, str]]:
        """The URL, options and headers for connecting to the very address that was checked, so that no second look-up
        can give another one."""
        if not self._public_only:
            return url, {}, dict(headers)
        host, parts = host_of(url), urlsplit(url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
        literal = literal_of(host)
        found = [literal] if literal is not None else await _resolved(host, port)
        if not found or not all(may_call(each, self._inside) for each in found):
            raise AddressRefused()
        at = f"[{found[0]}]" if found[0].version == 6 else str(found[0])
        path = parts._replace(netloc=f"{at}:{port}").geturl()
        named = host if parts.port is None else f"{host}:{parts.port}"
        return path, {"sni_hostname": host}, {**headers, "Host": named}


async def _resolved(host: str, port: int) -> list[ipaddress.IPv4Address | ipaddress.IPv6Address]:
    found = await get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [ipaddress.ip_address(str(each[4][0]).partition("%")[0]) for each in found]


async def _read(response: httpx.Response) -> bytes:
    """The beginning of the body. Providers send no more than that, and a body without end is cut off."""
    body = b""
    async for part in response.aiter_raw():
        body += part
        if len(body) > _MOST:
            break
    return body[:_MOST]


def _meaning(response: httpx.Response, body: bytes) -> Said | Answer:
    status = response.status_code
    if status < 300:
        return Said(body)
    if status == 429:
        return Later(after=retry_after(response.headers.get("Retry-After"), utc_now()), full=True)
    if status in _OF_THE_ACCOUNT:
        return Later(full=True, fault=f"http-{status}")
    if status == 504:
        return Unknown()
    if status >= 500 or status in (408, 425):
        return Later(after=retry_after(response.headers.get("Retry-After"), utc_now()))
    return Refused(f"http-{status}")


def retry_after(header: str | None, now: datetime) -> timedelta | None:
    """The pause that a provider asks for in `header`, as seconds or a date; None where it can't be read."""
    if header is None:
        return None
    if header.isascii() and header.strip().isdigit():
        return min(timedelta(seconds=int(header.strip()[:9])), _LONGEST)
    try:
        until = parsedate_to_datetime(header)
    except ValueError:
        return None
    until = until if until.tzinfo is not None else until.replace(tzinfo=UTC)
    return min(max(until - now, timedelta()), _LONGEST)
