"""What the long tail may call: services that are meant, and never a host of the house."""

import pytest

from services.notify.channels.domain.long_tail_addresses import own_host, require_long_tail
from services.notify.channels.domain.web_addresses import AddressRefused


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("ntfys://push.example.org/topic", "push.example.org"),
        ("ntfy://a-topic", None),
        ("ntfy://a-topic/", None),
        ("ntfys://ntfy.sh/a-topic?priority=high", "ntfy.sh"),
        ("wxpusher://AT_x/1", None),
        ("barks://bark.example.org/key", "bark.example.org"),
    ],
)
def test_the_long_tail_names_its_host(url: str, host: str | None) -> None:
    assert own_host(url) == host
    assert require_long_tail(url, "https://board.example.org") == url.partition(":")[0]


@pytest.mark.parametrize(
    "url",
    [
        "json://example.org/",
        "syslog://",
        "file:///etc/passwd",
        "ntfy://127.0.0.1/topic",
        "ntfy://2130706433/topic",
        "ntfy://[::1]/topic",
        "ntfy://127.0.0.1?to=topic",
        "ntfy://127.0.0.1:8080/?mode=private",
        "NTFY://10.0.0.5#topic",
        "ntfy://localhost/?&to=topic",
        "gotify://10.0.0.5/token",
        "bark://localhost/key",
        "ntfys://board.example.org/topic",
        "ntfy://user:password@push.example.org/topic",
        "ntfy://",
    ],
)
def test_private_hosts_and_other_services_are_refused(url: str) -> None:
    with pytest.raises(AddressRefused):
        require_long_tail(url, "https://board.example.org")
