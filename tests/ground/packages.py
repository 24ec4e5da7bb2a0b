"""Packages of npm and Maven whose content is known by a digest: fetched once, refused where they hold anything else."""

import hashlib
import shutil
import subprocess
import tarfile
from pathlib import Path

from deploy.local.places import obtained
from deploy.local.trouble import Trouble

_COPY = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy"


def modules(name: str, digests: dict[str, str]) -> Path:
    """The folder of modules of npm with these packages, given as name@version with the SHA-256 of what is fetched.

    What they depend on is not fetched beside them. `name` is that of the cached folder.

    Raises:
        Trouble: they can't be fetched, or one is another.
    """

    def fetch(folder: Path) -> None:
        _run("npm", "pack", "--silent", "--ignore-scripts", "--pack-destination", str(folder), *digests)
        for package, digest in digests.items():
            module, _, version = package.rpartition("@")
            packed = folder / f"{module.removeprefix('@').replace('/', '-')}-{version}.tgz"
            check(packed, digest)
            with tarfile.open(packed) as archive:
                archive.extractall(folder / "unpacked", filter="data")
            packed.unlink()
            place = folder / "node_modules" / module
            place.parent.mkdir(parents=True, exist_ok=True)
            (folder / "unpacked" / "package").rename(place)

    return obtained(name, fetch) / "node_modules"


def jar(name: str, artifact: str, digest: str) -> Path:
    """The jar of an artifact (group:artifact:version:jar:classifier) with this SHA-256; `name` is of the cached folder.

    Raises:
        Trouble: it can't be fetched, or is another.
    """

    def fetch(folder: Path) -> None:
        _run("mvn", "-q", "-B", "-ntp", _COPY, f"-Dartifact={artifact}", f"-DoutputDirectory={folder}")
        [found] = folder.glob("*.jar")
        check(found, digest)

    [found] = obtained(name, fetch).glob("*.jar")
    return found


def check(file: Path, digest: str) -> None:
    """Refuse a file with another SHA-256.

    Raises:
        Trouble: it is another.
    """
    if hashlib.sha256(file.read_bytes()).hexdigest() != digest:
        raise Trouble(f"{file.name} is not the package that was looked at: find out why before you change its digest.")


def _run(program: str, *arguments: str) -> None:
    found = shutil.which(program)
    if found is None:
        raise Trouble(f"{program} is needed once, to fetch what tests hold the objects of deploy/kubernetes against.")
    done = subprocess.run([found, *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if done.returncode != 0:
        raise Trouble(f"{program} fetched nothing ({(done.stdout + done.stderr)[-300:]}): check the network.")
