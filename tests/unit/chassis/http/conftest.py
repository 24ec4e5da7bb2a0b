"""A gateway for each test."""

from pathlib import Path

import pytest

from tests.unit.chassis.http.gateway import Gateway


@pytest.fixture
def gateway(tmp_path: Path) -> Gateway:
    return Gateway(tmp_path)
