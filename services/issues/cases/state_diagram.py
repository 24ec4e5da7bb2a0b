"""Draws the life of a case from the table: `python -m services.issues.cases.state_diagram` writes docs/case-states.md.

GitHub and most editors show the drawing (Mermaid); the table below it says the same in words, with roles and reasons.
"""

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

from services.contracts.issues import CaseStatus
from services.issues.cases.domain.transitions import TRANSITIONS, WHO, Transition

PAGE = Path(__file__).parents[3] / "docs/case-states.md"


def page() -> str:
    """The whole page."""
    return "\n".join(
        (
            "# The life of a case",
            "",
            "Made from the table that the service obeys (`services/issues/cases/domain/transitions.py`) by `python -m",
            "services.issues.cases.state_diagram`; `GET /api/issues/v1/cases/transitions` serves the same rows.",
            "",
            "```mermaid",
            "stateDiagram-v2",
            *_arrows(),
            "```",
            "",
            "| from | command | to | who | why it departs from the straight way |",
            "|---|---|---|---|---|",
            *(_row(row) for row in TRANSITIONS),
            "",
        )
    )


def _arrows() -> Iterator[str]:
    rows = sorted(TRANSITIONS, key=_ends)
    for (source, target), group in groupby(rows, key=_ends):
        commands = ", ".join(row.command for row in group)
        yield f"    {source or '[*]'} --> {target}: {commands}"


def _ends(row: Transition) -> tuple[str, str]:
    return _name(row.source), _name(row.target)


def _name(status: CaseStatus | None) -> str:
    return "" if status is None else status.value.replace("-", "_")


def _row(row: Transition) -> str:
    who = ", ".join(sorted(WHO[row.command])) or "any member"
    return f"| {row.source or '–'} | {row.command} | {row.target} | {who} | {row.reason or ''} |"


if __name__ == "__main__":
    PAGE.write_text(page())
