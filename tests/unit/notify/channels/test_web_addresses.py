"""An address inside the house is known in every spelling."""

import ipaddress
from contextlib import nullcontext

import pytest

from services.notify.channels.domain.web_addresses import (
    AddressRefused,
    host_of,
    literal_of,
    may_call,
    require_public,
    require_robot,
)
from services.notify.shared.values import Way

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
        "https://192.0.0.192/",
        "https://192.0.0.8/",
        "https://168.63.129.16/",
        "https://192.88.99.1/",
        "https://[fec0::1]/",
        "https://[64:ff9b:1::7f00:1]/",
        "https://[3fff::1]/",
        "https://[::ffff:192.0.0.192]/",
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
def test_addresses_that_may_not_be_called_are_refused(url: str) -> None:
    with pytest.raises(AddressRefused):
        require_public(url, OWN)


def test_public_and_chosen_addresses_may_be_called() -> None:
    for url in ("https://example.com/hook", "http://93.184.216.34:8080/", "https://[2606:4700::1111]/"):
        require_public(url, OWN)
    inside = (ipaddress.ip_network("10.0.0.0/8"),)
    require_public("http://10.0.0.5/", OWN, inside)
    with pytest.raises(AddressRefused):
        require_public("http://192.168.0.5/", OWN, inside)
    assert may_call(ipaddress.ip_address("::ffff:10.1.2.3"), inside)
    assert literal_of("example.com") is None
    assert host_of("https://Example.com./") == "example.com"


@pytest.mark.parametrize(
    ("way", "url", "fits"),
    [
        (Way.WECOM_ROBOT, "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=1", True),
        (Way.DINGTALK_ROBOT, "https://oapi.dingtalk.com/robot/send?access_token=1", True),
        (Way.FEISHU_ROBOT, "https://open.larksuite.com/open-apis/bot/v2/hook/1", True),
        (Way.FEISHU_ROBOT, "http://relay.example.org/1", True),
        (Way.DINGTALK_ROBOT, "http://oapi.dingtalk.com/robot/send?access_token=1", False),
        (Way.DINGTALK_ROBOT, "https://oapi.dingtalk.com.evil.example.com/robot/send", False),
        (Way.WECOM_ROBOT, "https://oapi.dingtalk.com/robot/send?access_token=1", False),
    ],
)
def test_a_robot_is_at_its_providers_host_or_one_that_is_allowed(way: Way, url: str, fits: bool) -> None:
    with nullcontext() if fits else pytest.raises(AddressRefused):
        require_robot(way, url, frozenset({"relay.example.org"}))
