"""Commands over HTTP: a request becomes one decision on one aggregate, at most once however often it is sent.

    @router.post("/api/issues/v1/cases", responses=problems(NotYours))
    async def report(command: CommandDep, body: ReportCase) -> Response:
        return await command.create(cases, lambda id, now: report(id, body, command.principal, now), CaseView.of,
                                    location="/api/issues/v1/cases/{id}")

With an Idempotency-Key the id of what is created derives from caller, address and key, by a secret of the service so
that nobody can try whose it is; and the answer is kept in the
same document and by the same write as the effect: a repeated request gets the first answer, byte for byte, marked
`Idempotency-Replayed: true`, whether the first one is long done, still under way, or lost its process in between.
With If-Match a change is made to that version only.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Annotated, TypeVar

from fastapi import Request, Response, Security
from pydantic import BaseModel

from services.chassis.aggregate import Aggregate, Decision, new_id
from services.chassis.errors import CommunityError, StaleVersion, UnknownAggregate
from services.chassis.http.caller import BearerToken
from services.chassis.http.fingerprint import check_key, fingerprint, receipt_key
from services.chassis.http.language import Language, language_of
from services.chassis.http.tags import match_versions, tag
from services.chassis.principal import Principal
from services.chassis.store.aggregates import Aggregates, Cause, Stored
from services.chassis.store.receipt import Receipt, Replayed
from services.chassis.store.secret import Secret, keyed_id
from services.chassis.telemetry.metrics import Metrics
from services.chassis.telemetry.trace import current_traceparent

_LOST_RACES = frozenset({409, 412})

A = TypeVar("A", bound=Aggregate)
View = Callable[[Stored[A]], BaseModel]


class Command:
    """A command of one caller, before it reaches an aggregate."""

    def __init__(self, request: Request, principal: Principal, key: str | None, if_match: str | None) -> None:
        self.principal = principal
        self._request = request
        self._key = check_key(key)
        self._versions = match_versions(if_match)
        self._answer: tuple[int, bytes] | None = None

    @property
    def language(self) -> Language:
        """The language of the caller."""
        return language_of(self._request)

    @property
    def cause(self) -> Cause:
        """The cause of the events that this command brings about."""
        return Cause(self.principal.sub, traceparent=current_traceparent())

    async def create(
        self,
        aggregates: Aggregates[A],
        decide: Callable[[str, datetime], Decision[A]],
        view: View[A],
        *,
        id: str | None = None,
        location: Callable[[str], str] | str,
    ) -> Response:
        """Create an aggregate: 201 with `view`, ETag and Location.

        Args:
            decide: is given the id and the time.
            id: where the thing has an id by nature; else a fresh one is made.
            location: the address by the id, or a template with `{id}`.

        Raises:
            AlreadyExists: `id` is taken, by another request.
        """
        kind = aggregates.kind.name
        made = id or await self.fresh_id(aggregates.secret, kind)
        place = location(made) if callable(location) else location.format(id=made)
        receipt = await self._receipt(aggregates.secret, 201, view)

        async def act() -> Stored[A]:
            return await aggregates.create(made, lambda now: decide(made, now), self.cause, receipt=receipt)

        return await self._answered(kind, act, 201, view, {"Location": place})

    async def change(
        self,
        aggregates: Aggregates[A],
        id: str,
        decide: Callable[[A, datetime], Decision[A]],
        view: View[A],
        *,
        known_to: Callable[[A], bool] | None = None,
        seen: View[A] | None = None,
    ) -> Response:
        """Change the aggregate `id`: 200 with `view` and ETag.

        Args:
            known_to: whether the caller may know that there is such an aggregate; left out, everybody may.
            seen: how it stands, for a caller who comes second; left out, its public state.

        Raises:
            UnknownAggregate: there is none, or the caller may not know of it: every refusal is this one then.
            StaleVersion: If-Match names another version.
        """
        receipt = await self._receipt(aggregates.secret, 200, view)

        async def act() -> Stored[A]:
            expected = await self._expected(aggregates, id)
            return await aggregates.change(id, decide, self.cause, expected=expected, receipt=receipt)

        try:
            return await self._answered(aggregates.kind.name, act, 200, view, {})
        except CommunityError as refusal:
            if refusal.status in _LOST_RACES or (known_to is not None and refusal.status < 500):
                stored = await aggregates.find(id)
                if stored is not None:
                    if known_to is not None and not known_to(stored.aggregate):
                        raise UnknownAggregate(kind=aggregates.kind.name, id=id) from None
                    self._tell_how_it_stands(stored, refusal, seen)
            raise

    def _tell_how_it_stands(self, stored: Stored[A], refusal: CommunityError, seen: View[A] | None) -> None:
        """Who came second sees what the first has made of it, and need not ask. People of elsewhere see nothing."""
        if refusal.status not in _LOST_RACES or stored.aggregate.community not in self.principal.communities:
            return
        state = stored.aggregate.public_state
        if state is not None and seen is not None:
            refusal.current = seen(stored).model_dump(mode="json", include={"version", *type(state).model_fields})
        elif state is not None:
            refusal.current = {"version": stored.version, **state.model_dump(mode="json")}

    async def fresh_id(self, secret: Secret, kind: str) -> str:
        """The id of a new thing: the same one for the same Idempotency-Key, by the `secret` of its service."""
        if self._key is None:
            return new_id(kind)
        return keyed_id(
            await secret(), kind, self.principal.sub, self._request.method, self._request.scope["path"], self._key
        )

    async def _receipt(self, secret: Secret, status: int, view: View[A]) -> Receipt | None:
        if self._key is None:
            return None
        sub, marking = self.principal.sub, await secret()
        key = receipt_key(marking, sub, self._request, self._key)
        asked = await fingerprint(marking, sub, self._request)
        return Receipt(key, asked, status, lambda stored: self._rendered(view, stored))

    def _rendered(self, view: View[A], stored: Stored[A]) -> bytes:
        """The body for `stored`; what the receipt keeps is what is answered, so it is made once."""
        if self._answer is None or self._answer[0] != stored.version:
            self._answer = (stored.version, _body(view, stored))
        return self._answer[1]

    async def _expected(self, aggregates: Aggregates[A], id: str) -> int | None:
        if self._versions is None:
            return None
        if len(self._versions) == 1:
            return next(iter(self._versions))
        current = (await aggregates.get(id)).version
        if current not in self._versions:
            raise StaleVersion(version=current)
        return current

    async def _answered(
        self,
        kind: str,
        act: Callable[[], Awaitable[Stored[A]]],
        status: int,
        view: View[A],
        headers: dict[str, str],
    ) -> Response:
        try:
            stored = await act()
        except Replayed as replayed:
            self._count(kind, "replayed")
            headers = {**headers, "Idempotency-Replayed": "true"}
            return _answer(replayed.status, replayed.body, replayed.version, headers)
        except CommunityError as refusal:
            self._count(kind, refusal.code)
            raise
        return _answer(status, self._rendered(view, stored), stored.version, headers)

    def _count(self, kind: str, outcome: str) -> None:
        metrics = getattr(self._request.app.state, "metrics", None)
        if isinstance(metrics, Metrics):
            metrics.command(kind, outcome)


def _body(view: View[A], stored: Stored[A]) -> bytes:
    return view(stored).model_dump_json(by_alias=True).encode()


def _answer(status: int, body: bytes, version: int, headers: dict[str, str]) -> Response:
    return Response(body, status, {"ETag": tag(version), **headers}, media_type="application/json")


class CommandOfCaller(BearerToken):
    """Makes the command from a request. One dependency that reads the headers itself: declared one by one, as
    parameters of FastAPI, they took a fifth of the time of a report. `HEADERS` documents them."""

    async def __call__(self, request: Request) -> Command:  # type: ignore[override]  # called by FastAPI, as what it is
        """Raises TokenMissing, or what the token or a header was refused for."""
        principal = await super().__call__(request)
        headers = request.headers
        return Command(request, principal, headers.get("idempotency-key"), headers.get("if-match"))


HEADERS = (
    {
        "name": "Idempotency-Key",
        "in": "header",
        "required": False,
        "description": "1 to 255 visible ASCII characters; the same key, the same effect and the same answer.",
        "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[\\x21-\\x7e]+$"},
    },
    {
        "name": "If-Match",
        "in": "header",
        "required": False,
        "description": "Change this version only: the ETag of an earlier answer.",
        "schema": {"type": "string"},
    },
)
"""The headers of a command, as OpenAPI parameters."""

CommandDep = Annotated[Command, Security(CommandOfCaller())]
