"""Makes the next version of the tree in the folder that is named: the events and documents of cases have a field more.

Such is every change that two versions side by side allow. It runs inside the image that it changes (`versions.py`), so
it uses nothing but Python.
"""

import re
import sys
from pathlib import Path

FIELD = "drawn_in"
"""The name of the field in what is told and kept of cases; its value is 2."""

CHANGES = (
    ("services/contracts/issues/cases.py", "class WholeCase(", f"    {FIELD}: Public[int] = 2\n"),
    ("services/contracts/issues/cases.py", "class CaseDispatched(", f"    {FIELD}: Public[int] = 2\n"),
    ("services/issues/cases/domain/case.py", "class Case(Aggregate):", f"    {FIELD}: Thing[int] = 2\n"),
)


def change(tree: Path) -> None:
    """Write the fields before the first of their classes.

    Raises:
        LookupError: a class is not where it was.
    """
    for path, declared, line in CHANGES:
        text = (tree / path).read_text("utf-8")
        head, found, body = text.partition(f"\n{declared}")
        first = re.search(r"^    \w+: ", body, re.MULTILINE)
        if not found or first is None:
            raise LookupError(f"{path} declares no {declared}")
        (tree / path).write_text(head + found + body[: first.start()] + line + body[first.start() :], "utf-8")


if __name__ == "__main__":
    change(Path(sys.argv[1]))
