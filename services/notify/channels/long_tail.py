"""The long tail of channels, through Apprise: ntfy, Bark, Gotify, WxPusher, PushPlus, ServerChan and others.

Apprise has limits, because of which the main channels have gateways of their own. It answers yes or no without a
reason, so a no is treated as a doubt (`Unknown`): the message is not sent again, and is shown as uncertain. It does not
tell that a provider is full, so sending is not paced by the provider. It blocks, so it runs in two threads of its own,
with time-outs, after which the answer is `Unknown`. Each message has an instance of its own, since an instance sleeps
between sends. The library looks names up a second time, after their addresses were checked; redirects are not followed.
"""

import asyncio
import ipaddress
import logging
import socket
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from importlib import import_module
from typing import Any

from services.notify.channels.domain.long_tail_addresses import own_host
from services.notify.channels.domain.web_addresses import Network, may_call
from services.notify.channels.gateways import Accepted, Answer, Outgoing, Refused, Unknown

log = logging.getLogger(__name__)

THREADS = 2
_OWN_SERVER = "private"
"""The library's word for a service that runs at the host of its address."""


class LongTail:
    """Sends through Apprise within `seconds`, to hosts of the public internet and of the networks `inside`."""

    def __init__(self, seconds: float, inside: Iterable[Network] = ()) -> None:
        self._seconds = seconds
        self._inside = tuple(inside)
        self._threads = ThreadPoolExecutor(THREADS, "long-tail")
        logging.getLogger("apprise").setLevel(logging.CRITICAL)  # its log has addresses, which are secret

    async def send(self, url: str, message: Outgoing) -> Answer:
        """Hand `message` to the service that `url` names."""
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(self._threads, _library)
        try:
            async with asyncio.timeout(2 * self._seconds + 1):
                return await loop.run_in_executor(self._threads, self._sent, url, message)
        except TimeoutError:
            log.warning("the long tail fell silent")
            return Unknown()

    def _sent(self, url: str, message: Outgoing) -> Answer:

        host = own_host(url)
        if host is not None and not self._may_call(host):
            return Refused("address")
        service = _library().Apprise.instantiate(url, suppress_exceptions=True)
        if service is None:
            return Refused("unknown-service")
        if getattr(service, "mode", None) == _OWN_SERVER and not self._may_call(str(service.host).strip("[]")):
            return Refused("address")  # the library found a host where the address shows none
        service.socket_connect_timeout = service.socket_read_timeout = self._seconds
        service.redirects = False
        try:
            taken = service.notify(body=message.words.body, title=message.words.subject)
        except Exception as error:  # the boundary: a plug-in may raise any error
            log.warning("a service of the long tail failed", extra={"error": type(error).__name__})
            return Unknown()
        return Accepted() if taken else Unknown()

    def _may_call(self, host: str) -> bool:
        try:
            found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
        except OSError:
            return False
        addresses = [ipaddress.ip_address(str(each[4][0]).partition("%")[0]) for each in found]
        return bool(addresses) and all(may_call(each, self._inside) for each in addresses)


@cache
def _library() -> Any:
    """Import the library, which is large, when it is first needed: a deployment without such end points never loads
    it."""
    library = import_module("apprise")
    library.Apprise.instantiate("ntfy://topic")  # loads the plug-ins, which takes seconds
    return library
