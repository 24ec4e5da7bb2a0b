"""Answers a page of rows with the cases themselves, in their present state and as the caller may see them."""

from dataclasses import dataclass

from fastapi import Request, Response

from services.chassis.principal import Principal
from services.chassis.store.aggregates import Page
from services.issues.cases.api.changes import Changes
from services.issues.privacy.vault import Vault
from services.issues.reading.finding import Found
from services.issues.shared.queries import in_order_of


@dataclass(frozen=True, slots=True)
class Answering:
    """Makes answers from pages of rows: reads the cases and shows them."""

    changes: Changes

    @property
    def vault(self) -> Vault:
        """The vault that knows callers' aliases."""
        return self.changes.vault

    async def answer(self, found: Found, by: Principal, request: Request) -> Response:
        """The answer with the cases of the rows `found`, without those that `by` may not know of."""
        items = await in_order_of([row["_id"] for row in found.rows], self.changes.cases)
        known = await self.vault.known(by)
        shown = [stored for stored in items if stored.aggregate.shows_itself_to(known)]
        return await self.changes.many(Page(shown, found.next), known, request)
