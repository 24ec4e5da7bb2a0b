"""Images of three versions: the last release, what stands here, and a next one (`next_version.py`)."""

import os
import subprocess
import tarfile
import tempfile
from pathlib import Path

from tests.e2e.house import ROOT, SERVICES

LAST, THIS, NEXT = "last", "latest", "next"
"""Tags of the images."""

_NEXT = """\
ARG OF
FROM ${OF}
USER 0
COPY next_version.py /tmp/next_version.py
RUN python /tmp/next_version.py /opt/community/app && rm /tmp/next_version.py \\
 && python -m compileall -q -f --invalidation-mode unchecked-hash /opt/community/app/services
USER 10001:10001
"""
_RELEASED = "tests/contract/released_documents.json"


def last_release() -> str:
    """The last tag; where none was ever set, the commit whose documents and events are those of the last release."""
    tag = subprocess.run(
        ["git", "describe", "--tags", "--abbrev=0"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return tag.stdout.strip() or _git("log", "-1", "--format=%h", "--", _RELEASED)


def build(*versions: str, of: str | None = None) -> None:
    """Make the images of these versions; `of` is the release that LAST means.

    Raises:
        subprocess.CalledProcessError: an image could not be made; what it said was printed.
    """
    for version in versions:
        with tempfile.TemporaryDirectory() as folder:
            if version == THIS:
                _build_all(THIS, ROOT)
            elif version == LAST:
                archive = Path(folder) / "tree.tar"
                _git("archive", "--output", str(archive), of or last_release())
                with tarfile.open(archive) as packed:
                    packed.extractall(Path(folder) / "tree", filter="data")
                _build_all(LAST, Path(folder) / "tree")
            else:
                changing = Path(__file__).with_name("next_version.py").read_bytes()
                (Path(folder) / "next_version.py").write_bytes(changing)
                (Path(folder) / "Dockerfile").write_text(_NEXT)
                for name in SERVICES:
                    _docker_build(folder, "-t", f"community-{name}:{NEXT}", "--build-arg", f"OF=community-{name}")


def images(version: str = THIS) -> list[str]:
    """The four images of a version."""
    return [f"community-{name}:{version}" for name in SERVICES]


def _build_all(version: str, tree: Path) -> None:
    for name in SERVICES:  # one after another: their first steps are the same, and are done once
        chosen = ["-f", str(tree / "deploy/Dockerfile"), "--build-arg", f"SERVICE={name}"]
        _docker_build(str(tree), *chosen, "-t", f"community-{name}:{version}")


def _docker_build(folder: str, *arguments: str) -> None:
    done = subprocess.run(["docker", "build", *arguments, folder], capture_output=True, text=True, env=os.environ)
    if done.returncode != 0:
        print((done.stdout + done.stderr)[-3000:], flush=True)
        done.check_returncode()


def _git(*arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()
