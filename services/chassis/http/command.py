"""Commands over HTTP: a request becomes one decision on one aggregate, at most once however often it is sent.

    @router.post("/api/issues/v1/cases", responses=problems(NotYours))
    async def report(command: CommandDep, body: ReportCase) -> Response:
        return await command.create(cases, lambda id, now: report(id, body, command.principal, now), CaseView.of,
                                    location="/api/issues/v1/cases/{id}")

With an Idempotency-Key the id of what is created derives from caller, address and key, keyed with a secret of the
service, so that nobody can find out by trying whose it is. The answer is kept in the same document, by the same write,
as the effect. So a repeated request gets the first answer, byte for byte, marked `Idempotency-Replayed: true`, whether
the first request is long done, still under way, or lost its process in between. With If-Match a change is made to that
version only.
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
        self._answer: tuple[object, bytes] | None = None

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
        """Create an aggregate. The answer is 201 with the aggregate as `view` shows it, ETag and Location.

        Args:
            decide: decides on the creation, given the id and the time.
            id: the id of a thing that has one by nature; without it `fresh_id` makes one.
            location: gives the address for an id, or is a template with `{id}`.

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
        """Change the aggregate `id`. The answer is 200 with the aggregate as `view` shows it, and ETag.

        Args:
            known_to: tells whether the caller may know of the aggregate; without it everybody may. A command that
            changes nothing tells no more than a refusal: whoever may not know of the aggregate is told of none.
            seen: shows the current aggregate in the refusal of a caller whose change came too late; without it the
            public state is shown.

        Raises:
            UnknownAggregate: there is none, or the caller may not know of it, which hides every other refusal.
            StaleVersion: If-Match names another version.
        """
        receipt = await self._receipt(aggregates.secret, 200, view)

        async def act() -> Stored[A]:
            expected = await self._expected(aggregates, id)
            return await aggregates.change(id, decided, self.cause, expected=expected, receipt=receipt)

        def decided(aggregate: A, now: datetime) -> Decision[A]:
            decision = decide(aggregate, now)
            if known_to is not None and not decision.events and not known_to(aggregate):
                raise UnknownAggregate(kind=aggregates.kind.name, id=id)
            return decision

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
        """Add the current version to a refusal of a change that came too late, so that the caller need not ask for it.
        Callers of other communities are not told."""
        if refusal.status not in _LOST_RACES or stored.aggregate.community not in self.principal.communities:
            return
        state = stored.aggregate.public_state
        if state is not None and seen is not None:
            refusal.current = seen(stored).model_dump(mode="json", include={"version", *type(state).model_fields})
        elif state is not None:
            refusal.current = {"version": stored.version, **state.model_dump(mode="json")}

    async def fresh_id(self, secret: Secret, kind: str) -> str:
        """The id of a new thing: fresh, or derived from the Idempotency-Key and the `secret` of its service."""
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
        """The body for `stored`, made once: the receipt keeps the very bytes that are answered."""
        if self._answer is None or self._answer[0] is not stored:
            self._answer = (stored, _body(view, stored))
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
    """Makes the command from a request. This one dependency reads the headers itself, because as declared parameters of
    FastAPI they took a fifth of the time of a report. `HEADERS` documents them."""

    async def __call__(self, request: Request) -> Command:  # type: ignore[override]  # called by FastAPI, as what it is
        """The command of the caller. Raises TokenMissing, or the refusal of a token or header that is wrong."""
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
