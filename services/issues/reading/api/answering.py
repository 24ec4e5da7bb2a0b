"""Answers a page of rows with the cases themselves, as they stand now and as the caller may see them."""

from dataclasses import dataclass

from fastapi import Request, Response

from services.chassis.http.pages import paged
from services.chassis.principal import Principal
from services.chassis.store.aggregates import Aggregates, Page
from services.issues.cases.domain.case import Case
from services.issues.cases.views import case_view
from services.issues.privacy.vault import Vault
from services.issues.reading.finding import Found
from services.issues.shared.queries import in_order_of


@dataclass(frozen=True, slots=True)
class Answering:
    """What an answer is made from: the cases, and the vault that knows callers' aliases."""

    cases: Aggregates[Case]
    vault: Vault

    async def answer(self, found: Found, by: Principal, request: Request) -> Response:
        """The cases of a page of rows, without those that `by` may not know of."""
        items = await in_order_of([row["_id"] for row in found.rows], self.cases)
        known = await self.vault.known(by)
        shown = [stored for stored in items if stored.aggregate.shows_itself_to(known)]
        return paged(Page(shown, found.next), lambda stored: case_view(stored, known), request)
