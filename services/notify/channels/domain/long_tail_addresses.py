"""Addresses of services in the long tail, as Apprise spells them: `ntfys://host/topic`, `wxpusher://token/topic`."""

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
"""What may be called, and whether its address names a host of one's own; the others have one that the library knows."""


def own_host(url: str) -> str | None:
    """The host that `url` names; None where the library knows it. A topic alone is at ntfy's own server.

    Raises:
        AddressRefused: it is none of the services, or its form is wrong.
    """
    try:
        parts = urlsplit(url)
        host, named = parts.hostname, parts.username is not None or parts.password is not None
    except ValueError:
        raise AddressRefused() from None
    scheme = parts.scheme.lower()
    if scheme not in SERVICES or not host or named:
        raise AddressRefused()
    topic_alone = scheme.startswith("ntfy") and not parts.path.strip("/")
    return host if SERVICES[scheme] and not topic_alone else None


def require_long_tail(url: str, own: str, inside: Iterable[Network] = ()) -> str:
    """The service that `url` names.

    Raises:
        AddressRefused: it is none that may be called, or its host is within the house.
    """
    host = own_host(url)
    if host is not None:
        require_public(f"https://[{host}]" if ":" in host else f"https://{host}", own, inside)
    return urlsplit(url).scheme.lower()
