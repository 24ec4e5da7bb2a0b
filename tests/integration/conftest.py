"""What the services' tests share."""

from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def development_key(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the development issuer of this run keeps its key."""
    return tmp_path_factory.mktemp("issuer") / "key.json"
