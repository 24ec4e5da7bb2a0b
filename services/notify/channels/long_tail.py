"""The long tail of channels, through Apprise: ntfy, Bark, Gotify, WxPusher, PushPlus, ServerChan and others.

What it can't do is why the main channels have gateways of their own. It says yes or no and never why: a no is a doubt
here (`Unknown`), which is not repeated and shows as such. It has no word for «full», so nothing is paced by what the
provider says. It blocks: so it runs in two threads of its own, with time-outs, and whoever waits longer than that is
told that nobody knows. Each message has an instance of its own, since one that is kept sleeps between sends. Names are
looked up a second time by the library, after the look at their addresses; redirects are not followed.
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


class LongTail:
    """Sends through Apprise, `seconds` at most; to hosts of the public internet and of the networks `inside`."""

    def __init__(self, seconds: float, inside: Iterable[Network] = ()) -> None:
        self._seconds = seconds
        self._inside = tuple(inside)
        self._threads = ThreadPoolExecutor(THREADS, "long-tail")
        logging.getLogger("apprise").setLevel(logging.CRITICAL)  # it writes addresses, and those are secrets

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
        service.socket_connect_timeout = service.socket_read_timeout = self._seconds
        service.redirects = False
        try:
            taken = service.notify(body=message.words.body, title=message.words.subject)
        except Exception as error:  # the boundary: a plug-in may raise whatever it likes
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
    """The library, which is large: a deployment that has none of its services never loads it."""
    library = import_module("apprise")
    library.Apprise.instantiate("ntfy://topic")  # only now it looks through its plug-ins, which takes seconds
    return library
