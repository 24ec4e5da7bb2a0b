"""Ports that nobody else gets."""

import socket
from pathlib import Path

import pytest

from deploy.local import ports


def test_claims_differ_and_are_free() -> None:
    claims = [ports.Claim() for _ in range(20)]
    assert len({claim.port for claim in claims}) == 20
    assert all(ports.is_free(claim.port) for claim in claims)
    for claim in claims:
        claim.release()


def test_a_claimed_port_is_never_lent_to_an_outgoing_connection() -> None:
    lowest = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    claim = ports.Claim()
    assert claim.port < lowest
    claim.release()


def test_a_port_in_use_is_not_claimed(monkeypatch: pytest.MonkeyPatch) -> None:
    free, taken = ports.Claim(), ports.Claim()
    free.release()
    taken.release()
    with socket.create_server(("127.0.0.1", taken.port)):
        assert not ports.is_free(taken.port)
        monkeypatch.setattr("random.sample", lambda *_: [taken.port, free.port])
        claim = ports.Claim()
        assert claim.port == free.port
        claim.release()
