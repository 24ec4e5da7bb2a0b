"""`python -m services.contracts generate | check | release`: the checked-in files of the published language.

generate  writes schemas/, examples/, asyncapi.json and CATALOGUE.md from the declarations.
check     fails when they are stale, when a field could carry personal data, or when v1 is broken.
release   keeps the present declarations as what later changes are compared with; refuses what `check` refuses.
"""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from services.contracts.compatibility import breaks
from services.contracts.declared import declarations
from services.contracts.event import UnmarkedField
from services.contracts.examples import UnfitExample
from services.contracts.generated import HOME, generated, last_release, release, stale, write
from services.contracts.privacy import leaks
from services.contracts.topics import TOPICS

_CURE = "Run: python -m services.contracts generate"


def _generate(home: Path) -> list[str]:
    changed = write(generated(declarations()), home)
    _say(f"{len(changed)} files changed.", *changed)
    return []


def _check(home: Path) -> list[str]:
    models = declarations()
    outdated = [f"{sentence} {_CURE}" for sentence in stale(generated(models), home)]
    return [*leaks(models), *breaks(last_release(home), models, TOPICS), *outdated]


def _release(home: Path) -> list[str]:
    if troubles := _check(home):
        return troubles
    changed = release(declarations(), home)
    _say(f"Released; {len(changed)} files changed.")
    return []


_COMMANDS: dict[str, Callable[[Path], list[str]]] = {"generate": _generate, "check": _check, "release": _release}


def main(arguments: list[str] | None = None) -> int:
    """Run a command; 1 when something is wrong, with a sentence for each thing."""
    parser = argparse.ArgumentParser(
        prog="python -m services.contracts", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("command", choices=_COMMANDS)
    parser.add_argument("--home", type=Path, default=HOME, help="where the files are (beside the declarations)")
    asked = parser.parse_args(arguments)
    try:
        troubles = _COMMANDS[asked.command](asked.home)
    except (UnmarkedField, UnfitExample) as error:
        troubles = [str(error)]
    _say(*troubles, to_people=not troubles)
    return 1 if troubles else 0


def _say(*sentences: str, to_people: bool = True) -> None:
    stream = sys.stdout if to_people else sys.stderr
    for sentence in sentences:
        stream.write(f"{sentence}\n")


if __name__ == "__main__":
    sys.exit(main())
