"""Addresses of services in the long tail, in the form of Apprise: `ntfys://host/topic`, `wxpusher://token/topic`."""

from collections.abc import Iterable, Mapping
from urllib.parse import urlsplit

from services.notify.channels.domain.web_addresses import AddressRefused, Network, require_public

SERVICES: Mapping[str, bool] = {
    "bark": True,
    "barks": True,
    "feishu": False,
    "gotify": True,
    "gotifys": True,
    "lark": False,
    "ntfy": True,
    "ntfys": True,
    "pushplus": False,
    "qq": False,
    "schan": False,
    "spugpush": False,
    "wxpusher": False,
}
"""The services that may be called, each with whether its address names a host. Hosts of the others are known to the
library."""


def own_host(url: str) -> str | None:
    """The host that `url` names; None where the library knows the host. A topic alone is at ntfy's own server.

    With anything behind it (`?to=`, `?mode=`, `#`) the library may take the topic for a host, and so does this.

    Raises:
        AddressRefused: the address is of none of the services, or has a wrong form.
    """
    try:
        parts = urlsplit(url)
        host, named = parts.hostname, parts.username is not None or parts.password is not None
    except ValueError:
        raise AddressRefused() from None
    scheme = parts.scheme.lower()
    if scheme not in SERVICES or not host or named:
        raise AddressRefused()
    topic_alone = scheme.startswith("ntfy") and url.partition("://")[2].strip("/") == parts.netloc
    return host if SERVICES[scheme] and not topic_alone else None


def require_long_tail(url: str, own: str, inside: Iterable[Network] = ()) -> str:
    """The service that `url` names.

    Raises:
        AddressRefused: the service is none that may be called, or its host is a private address.
    """
    host = own_host(url)
    if host is not None:
        require_public(f"https://[{host}]" if ":" in host else f"https://{host}", own, inside)
    return urlsplit(url).scheme.lower()
