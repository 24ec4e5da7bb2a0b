"""The containers, brought up for each module of tests and taken down with their data afterwards."""

from collections.abc import Iterator

import pytest

from tests.compose.stack import Stack, engine_trouble


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """All containers, healthy."""
    trouble = engine_trouble()
    if trouble:
        pytest.exit(trouble, returncode=1)
    with Stack(tmp_path_factory.mktemp("compose")) as stack:
        stack.compose("up", "--build", "--detach", "--wait", "--wait-timeout", "900", within=3600)
        yield stack
