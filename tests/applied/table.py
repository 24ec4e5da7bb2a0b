"""The table that an applied run ends with."""

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field


@dataclass
class Table:
    """What was looked at, and how it ended."""

    rows: list[tuple[str, str, bool]] = field(default_factory=list)

    def add(self, what: str, found: str, *, holds: bool) -> None:
        self.rows.append((what, found, holds))
        print(f"  {'holds' if holds else 'FAILS'}  {what}: {found}", flush=True)

    async def during(self, what: str, act: Callable[[], Awaitable[str]]) -> bool:
        """A row for what `act` answers; what it raises is a row that fails, and the run goes on to the next."""
        began = time.monotonic()
        try:
            found = await act()
        except Exception as error:  # every failure is a row of the table, and the table is the result
            self.add(what, f"{type(error).__name__}: {str(error)[:600]}", holds=False)
            return False
        self.add(what, f"{found} ({time.monotonic() - began:.0f} s)", holds=True)
        return True

    def finish(self) -> int:
        """Print all rows; 0 where each holds."""
        width = max((len(what) for what, _, _ in self.rows), default=0)
        for what, found, holds in self.rows:
            print(f"{'ok  ' if holds else 'FAIL'}  {what:<{width}}  {found}", flush=True)
        return 0 if self.rows and all(holds for _, _, holds in self.rows) else 1
