"""Carries out commands on one case over HTTP: the caller must be able to know of it, and is shown it as they may."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from fastapi import Request, Response
from pydantic import BaseModel

from services.chassis.aggregate import Decision
from services.chassis.clock import Clock
from services.chassis.errors import NotYours, StaleVersion, UnknownAggregate
from services.chassis.http.command import Command
from services.chassis.http.language import language_of
from services.chassis.http.pages import paged
from services.chassis.http.tags import etagged_as_shown
from services.chassis.principal import Principal
from services.chassis.store.aggregates import Aggregates, Page, Stored
from services.issues.cases.contacts import opened
from services.issues.cases.domain.case import Case
from services.issues.cases.domain.clock import AnyClocks, Clocks
from services.issues.cases.domain.transitions import NotNow
from services.issues.cases.numbers import Numbers
from services.issues.cases.presenting import CasePresenter
from services.issues.cases.views import CaseView
from services.issues.cases.visibility import known_by, known_case
from services.issues.privacy.vault import Vault

B = TypeVar("B", bound=BaseModel)

BASE = "/api/issues/v1/cases"
REFUSALS = (UnknownAggregate, NotYours, NotNow, StaleVersion)
"""What any command on a case may be refused for."""


@dataclass(frozen=True, slots=True)
class Changes:
    """What every command on a case takes: the cases, the vault that knows callers' aliases, how clocks run,
    the numbers that new cases draw, what shows cases, and the
    time."""

    cases: Aggregates[Case]
    vault: Vault
    clocks: AnyClocks
    numbers: Numbers
    presenter: CasePresenter
    clock: Clock

    async def known(self, id: str, principal: Principal) -> tuple[Stored[Case], Principal]:
        """The case `id`, if the caller may know of it; see `known_case`."""
        return await known_case(self.cases, self.vault, id, principal)

    async def change(
        self,
        id: str,
        body: B,
        command: Command,
        decide: Callable[[Case, B, Principal, datetime], Decision[Case]],
    ) -> Response:
        """Change case `id` as `decide` says; the answer is the case as the caller may see it."""
        by = await self.vault.known(command.principal)
        return await command.change(
            self.cases,
            id,
            lambda case, now: decide(case, body, by, now),
            await self.view(id, by, command),
            known_to=known_by(by),
        )

    async def change_in_time(
        self,
        id: str,
        body: B,
        command: Command,
        decide: Callable[[Case, B, Clocks, Principal, datetime], Decision[Case]],
    ) -> Response:
        """Change the case `id` as `change` does, by a decision that starts, stops or moves a clock."""

        def decided_in_time(case: Case, body: B, by: Principal, now: datetime) -> Decision[Case]:
            return decide(case, body, self.clocks.of(case.community), by, now)

        return await self.change(id, body, command, decided_in_time)

    async def view(self, id: str, by: Principal, command: Command) -> Callable[[Stored[Case]], CaseView]:
        """The view that shows the case `id` to `by`, who changes it by `command`."""
        await self.presenter.ready(self.cases, id)
        return self.presenter.view(by, command.language)

    async def many(self, page: Page[Case], by: Principal, request: Request) -> Response:
        """A page of cases as `by` sees them."""
        await self.presenter.prepare(stored.aggregate for stored in page.items)
        return paged(page, self.presenter.view(by, language_of(request)), request)

    async def one(self, stored: Stored[Case], by: Principal, request: Request) -> Response:
        """One case as `by` sees it, with the contact of its reporter where they may read it."""
        await self.presenter.prepare([stored.aggregate])
        contact = await opened(self.vault, stored.aggregate, by)
        return etagged_as_shown(stored, self.presenter.view(by, language_of(request), contact), request)
