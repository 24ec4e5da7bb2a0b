"""The endpoint, under /api/issues/open311/v2: every address in both formats, `.xml` and `.json`."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Query, Request, Response

from services.chassis.clock import Clock
from services.chassis.http.error_formats import ErrorFormatRouter
from services.chassis.http.fingerprint import check_key
from services.chassis.http.language import LanguageDep
from services.issues.catalogue.store import Catalogues
from services.issues.open311 import documents, services
from services.issues.open311.create import Sender, Taking, case_of
from services.issues.open311.form import Form, read_form
from services.issues.open311.formats import Format, answer
from services.issues.open311.jurisdictions import Jurisdictions
from services.issues.open311.keys import ApiKey, Keys
from services.issues.open311.notes import Notes
from services.issues.open311.queries import DETAILED, Flag, Key, Moment, Number, Parameters, Size, Word, paged
from services.issues.open311.refusals import TokenUnknown, refusal_answer
from services.issues.open311.services import BASE, Offer
from services.issues.open311.updates import Updating
from services.issues.open311.windows import MOST, SPAN, Window, window

Route = Callable[..., Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Door:
    """Admits callers: finds the community that they mean, and checks their key."""

    jurisdictions: Jurisdictions
    keys: Keys

    async def community(self, jurisdiction: str | None, words: str | None) -> str:
        """The community that a caller means: the one named, else the one of the key `words`, else the first.

        Raises:
            JurisdictionUnknown: see `Jurisdictions.community`.
        """
        return await self.jurisdictions.community(jurisdiction or await self.keys.community(words))

    async def admitted(self, request: Request) -> tuple[Form, str, ApiKey]:
        """The form that was sent, the community that it is for, and the sender's key, which may also stand in the
        address."""
        form = await read_form(request)
        named = form.get("jurisdiction_id") or request.query_params.get("jurisdiction_id", "").strip()
        words = form.get("api_key") or request.query_params.get("api_key", "").strip()
        community = await self.community(named, words)
        return form, community, await self.keys.admit(words, community)


def router(door: Door, offer: Offer, notes: Notes, taking: Taking, updating: Updating) -> ErrorFormatRouter:
    """The routes of the endpoint."""
    routes = ErrorFormatRouter(prefix=BASE, error_format=refusal_answer, tags=["open311"])
    _offering(routes, door, notes.requests.catalogues, offer)
    _asking(routes, door, notes, taking.clock)
    _taking(routes, door, taking)
    _updates(routes, door, notes, updating, taking.clock)
    return routes


def _get(routes: ErrorFormatRouter, path: str, summary: str, *statuses: int) -> Callable[[Route], Route]:
    return _both(routes, "GET", path, summary, documents.extra(), *statuses)


def _post(routes: ErrorFormatRouter, path: str, summary: str, body: dict[str, Any]) -> Callable[[Route], Route]:
    return _both(routes, "POST", path, summary, documents.extra(requestBody=body), 403, 404)


def _both(
    routes: ErrorFormatRouter, method: str, path: str, summary: str, extra: dict[str, Any], *statuses: int
) -> Callable[[Route], Route]:
    def register(endpoint: Route) -> Route:
        for form in Format:
            routes.add_api_route(
                f"{path}.{form}",
                endpoint,
                methods=[method],
                summary=summary,
                response_class=Response,
                responses=documents.answers(form, *statuses),
                openapi_extra=dict(extra),
            )
        return endpoint

    return register


def _offering(routes: ErrorFormatRouter, door: Door, catalogues: Catalogues, offer: Offer) -> None:
    @_get(routes, "/discovery", "Where the endpoint is and what it speaks")
    async def discovery(request: Request) -> Response:
        return answer(request.scope, "discovery", services.discovery(offer))

    for base in ("", "/", *(f".{form}" for form in Format)):
        routes.add_api_route(base, discovery, include_in_schema=False, response_class=Response)

    @_get(routes, "/services", "What can be requested", 404)
    async def service_list(
        request: Request, language: LanguageDep, jurisdiction_id: Word = None, api_key: Key = None
    ) -> Response:
        catalogue = await catalogues.of(await door.community(jurisdiction_id, api_key))
        return answer(request.scope, "services", services.services(catalogue, offer, language))

    @_get(routes, "/services/{service_code}", "What a service asks", 404)
    async def definition(
        service_code: str,
        request: Request,
        language: LanguageDep,
        jurisdiction_id: Word = None,
        api_key: Key = None,
    ) -> Response:
        catalogue = await catalogues.of(await door.community(jurisdiction_id, api_key))
        category = services.public_category(catalogue, service_code)
        return answer(request.scope, "service_definition", services.definition(category, language))


def _asking(routes: ErrorFormatRouter, door: Door, notes: Notes, clock: Clock) -> None:
    requests = notes.requests

    @_get(routes, "/requests", "Requests, as everybody sees them", 404)
    async def many(request: Request, language: LanguageDep, asked: Annotated[Parameters, Query()]) -> Response:
        community = await door.community(asked.jurisdiction_id, asked.api_key)
        most = DETAILED if asked.extensions else MOST
        if ids := asked.ids(most):
            found, more = await requests.named(community, ids, language), False
        else:
            query = asked.asked(clock(), most)
            found, more = await requests.listed(community, query, language)
        if asked.extensions:
            found = await notes.extended(found, language)
        return answer(request.scope, "service_requests", found, headers=_next(request, asked.page, more))

    @_get(routes, "/requests/{service_request_id}", "One request", 404)
    async def one(
        service_request_id: str,
        request: Request,
        language: LanguageDep,
        jurisdiction_id: Word = None,
        extensions: Flag = None,
        api_key: Key = None,
    ) -> Response:
        community = await door.community(jurisdiction_id, api_key)
        found = [await requests.one(community, service_request_id, language)]
        if extensions:
            found = await notes.extended(found, language)
        return answer(request.scope, "service_requests", found)

    @_get(routes, "/tokens/{token}", "The request that a token leads to", 404)
    async def token(token: str, request: Request, jurisdiction_id: Word = None, api_key: Key = None) -> Response:
        community = await door.community(jurisdiction_id, api_key)
        found = await requests.cases.find(case_of(token))
        if found is None or found.aggregate.community != community:
            raise TokenUnknown()
        led = {"service_request_id": found.aggregate.id, "token": token}
        return answer(request.scope, "service_requests", [led])


def _taking(routes: ErrorFormatRouter, door: Door, taking: Taking) -> None:
    @_post(routes, "/requests", "Request a service", documents.takes_request())
    async def take_one(request: Request, language: LanguageDep) -> Response:
        form, community, key = await door.admitted(request)
        sender = Sender(key, check_key(request.headers.get("idempotency-key")), language)
        taken = await taking.take(community, form, sender)
        return answer(request.scope, "service_requests", [taken])


def _updates(routes: ErrorFormatRouter, door: Door, notes: Notes, updating: Updating, clock: Clock) -> None:
    @_get(routes, "/servicerequestupdates", "What happened to requests", 404)
    async def updates(
        request: Request,
        language: LanguageDep,
        start_date: Moment = None,
        end_date: Moment = None,
        page: Number = None,
        page_size: Size = None,
        jurisdiction_id: Word = None,
        api_key: Key = None,
    ) -> Response:
        community = await door.community(jurisdiction_id, api_key)
        now = clock()
        within = window(start_date, end_date, now) or Window(now - SPAN, now)
        turn, size = paged(page, page_size, MOST)
        found, more = await notes.updates(community, within, language, turn, size)
        return answer(request.scope, "service_request_updates", found, headers=_next(request, turn, more))

    @_post(routes, "/servicerequestupdates", "Update a request", documents.takes_update())
    async def take_one(request: Request) -> Response:
        form, community, key = await door.admitted(request)
        taken = await updating.take(community, form, key)
        return answer(request.scope, "service_request_updates", [taken])


def _next(request: Request, page: int | None, more: bool) -> dict[str, str]:
    """The Link header to the next page (RFC 8288); empty where there is none."""
    if not more:
        return {}
    url = request.url.include_query_params(page=(page or 1) + 1)
    return {"Link": f'<{url.path}?{url.query}>; rel="next"'}
