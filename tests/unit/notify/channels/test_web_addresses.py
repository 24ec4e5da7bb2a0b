"""An address inside the house is known in every spelling."""

import ipaddress

import pytest

from services.notify.channels.domain.web_addresses import (
    AddressRefused,
    host_of,
    literal_of,
    may_call,
    require_public,
)

OWN = "https://board.example.org"


@pytest.mark.parametrize(
    "url",
    [
        "http://[::ffff:127.0.0.1]/",
        "http://2130706433/",
        "http://0x7f.1/",
        "http://0177.0.0.1/",
        "http://127.1/",
        "http://0/",
        "http://[::]/",
        "http://[::1]/",
        "http://169.254.169.254/",
        "http://100.64.0.1/",
        "http://[fd00::1]/",
        "http://[fe80::1%25eth0]/",
        "http://[64:ff9b::7f00:1]/",
        "http://[2002:7f00:1::]/",
        "http://224.0.0.1/",
        "http://255.255.255.255/",
        "http://192.168.1.1/",
        "http://user@10.0.0.5/",
        "http://user@example.com/",
        "file:///etc/passwd",
        "gopher://example.com/",
        "//example.com/",
        "http://",
        "http://exam ple.com/",
        OWN,
        f"{OWN}:8443/x",
    ],
)
def test_what_may_not_be_called_is_refused(url: str) -> None:
    with pytest.raises(AddressRefused):
        require_public(url, OWN)


def test_what_is_public_or_chosen_may_be_called() -> None:
    for url in ("https://example.com/hook", "http://93.184.216.34:8080/", "https://[2606:4700::1111]/"):
        require_public(url, OWN)
    inside = (ipaddress.ip_network("10.0.0.0/8"),)
    require_public("http://10.0.0.5/", OWN, inside)
    with pytest.raises(AddressRefused):
        require_public("http://192.168.0.5/", OWN, inside)
    assert may_call(ipaddress.ip_address("::ffff:10.1.2.3"), inside)
    assert literal_of("example.com") is None
    assert host_of("https://Example.com./") == "example.com"
