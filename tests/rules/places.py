"""What no file may tell: the machine it was made on, and where packages are fetched from."""

import re
from collections.abc import Iterator

# Written in pieces, so that this file doesn't hold what it looks for.
_MACHINE = (
    r"(?<![\w.:/])/(?:work|root)/[\w.]",
    r"(?<![\w.:/])/home/(?!app\b|nonroot\b)\w+/",
    r"(?<![\w.:/])/Users/\w",
    r"(?<![\w.:/])/tmp/(?:lab|brief|ground)\b",
    r"(?<![\w.:/])/opt/" + "wheels",
)
_REGISTRIES = (
    "pypi" + r"\.org",
    "pythonhosted" + r"\.org",
    r"repo1?\." + r"maven\b",
    "search" + r"\.maven\.org",
    r"registry\." + "npmjs",
    "registry-1" + r"\.docker",
    "proxy" + r"\.golang\.org",
    "deb" + r"\.debian\.org",
    "fastdl" + r"\.mongodb\.org",
)
_OPTIONS = ("--(?:extra-)?" + "index-url", "--" + "find-links", "--" + "trusted-host", "PIP_" + "INDEX_URL")
_ALLOWED_OPTION = "--no-emit-index-url"
_ANY = re.compile("|".join((*_MACHINE, *_REGISTRIES, *_OPTIONS)))


def tells_its_origin(path: str, text: str) -> Iterator[str]:
    """Machine paths, registry hosts, and options that name one."""
    for number, line in enumerate(text.splitlines(), 1):
        found = _ANY.search(line.replace(_ALLOWED_OPTION, ""))
        if found:
            yield f"{path}:{number} tells {found.group()!r}"
