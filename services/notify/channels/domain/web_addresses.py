"""Checks web addresses that others give this service to call: none may be in a private network, however it is spelt."""

import ipaddress
import socket
from collections.abc import Iterable, Mapping, Set
from urllib.parse import urlsplit

from services.chassis.errors import Invalid
from services.notify.shared.values import Way

_ROBOTS: Mapping[Way, Set[str]] = {
    Way.WECOM_ROBOT: frozenset({"qyapi.weixin.qq.com"}),
    Way.DINGTALK_ROBOT: frozenset({"oapi.dingtalk.com"}),
    Way.FEISHU_ROBOT: frozenset({"open.feishu.cn", "open.larksuite.com"}),
}
"""The hosts at which providers have the robots of groups."""

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Ip = ipaddress.IPv4Address | ipaddress.IPv6Address
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_SPECIAL: tuple[Network, ...] = tuple(
    ipaddress.ip_network(each)
    for each in ("192.0.0.0/24", "192.88.99.0/24", "168.63.129.16/32", "fec0::/10", "64:ff9b:1::/48", "3fff::/20")
)
"""Networks that are no part of the public internet and that some versions of Python take for one: the hosts of clouds
answer machines inside them at 192.0.0.192 and 168.63.129.16, and fec0::/10 are the private networks of before."""


class AddressRefused(
    Invalid,
    code="endpoint.address-refused",
    zh="不能向该地址发送：须为公网上的 http(s) 地址，不含用户名。",
    en="Nothing is sent to this address: it must be http(s) on the public internet, without a user name.",
):
    """The address is not one that may be called. A private address would let others reach internal systems."""


def host_of(url: str) -> str:
    """The host of `url`, whose form must be one that may be called.

    Raises:
        AddressRefused: the form is not one that may be called.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise AddressRefused() from None
    host = (parts.hostname or "").rstrip(".")
    named = parts.username is not None or parts.password is not None
    if parts.scheme not in ("http", "https") or not host or named or port == 0 or any(c.isspace() for c in url):
        raise AddressRefused()
    return host


def require_public(url: str, own: str, inside: Iterable[Network] = ()) -> None:
    """Raises AddressRefused where `url` has the host of `own`, or spells an address that is not public.

    The addresses of a host's name are checked when it is called.
    """
    host = host_of(url)
    if host == host_of(own) or host == "localhost" or host.endswith((".localhost", ".local", ".internal")):
        raise AddressRefused()
    literal = literal_of(host)
    if literal is not None and not may_call(literal, inside):
        raise AddressRefused()
    if literal is None and "." not in host:
        raise AddressRefused()


def require_robot(way: Way, url: str, allowed: Set[str]) -> None:
    """Raises AddressRefused where `url` is neither at the host of the provider of `way`, by https, nor at one of the
    hosts `allowed`: a host that only looks like the provider's would read what its group is told."""
    host = host_of(url)
    theirs = urlsplit(url).scheme == "https" and host in _ROBOTS.get(way, frozenset())
    if not theirs and host not in allowed:
        raise AddressRefused()


def literal_of(host: str) -> Ip | None:
    """The IP address that `host` spells, in any spelling that a resolver understands; None where `host` is a name."""
    try:
        return ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        pass
    try:
        return ipaddress.IPv4Address(socket.inet_aton(host))  # 2130706433, 0x7f.1, 0177.0.0.1, 127.1
    except OSError:
        return None


def may_call(address: Ip, inside: Iterable[Network] = ()) -> bool:
    """Whether `address` is on the public internet, or in one of the networks `inside`, which the deployment allows."""
    if any(address in network for network in inside if network.version == address.version):
        return True
    if isinstance(address, ipaddress.IPv6Address):
        within = address.ipv4_mapped or address.sixtofour or (address.teredo or (None, None))[1]
        if within is None and address in _NAT64:
            within = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if within is not None:
            return may_call(within, inside)
    if any(address in network for network in _SPECIAL if network.version == address.version):
        return False
    return address.is_global and not address.is_multicast and not address.is_reserved
