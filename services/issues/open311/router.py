"""The endpoint, under /api/issues/open311/v2: every address in both formats, `.xml` and `.json`."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any

from fastapi import Depends, Request, Response

from services.chassis.http.error_formats import ErrorFormatRouter
from services.chassis.http.fingerprint import check_key
from services.chassis.http.language import LanguageDep
from services.issues.open311 import documents, notes, requests, services
from services.issues.open311.create import Sender, case_of, take
from services.issues.open311.endpoint import BASE, SPAN
from services.issues.open311.form import Form, read_form
from services.issues.open311.formats import Format, answer
from services.issues.open311.keys import ApiKey
from services.issues.open311.queries import DETAILED, Flag, Moment, Number, Parameters, Size, Word, paged
from services.issues.open311.refusals import TokenUnknown, tell
from services.issues.open311.updates import take_update
from services.issues.open311.windows import MOST, Window, window
from services.issues.store import Store

Route = Callable[..., Awaitable[Response]]


def router(store: Store) -> ErrorFormatRouter:
    """The routes, on `store`."""
    routes = ErrorFormatRouter(prefix=BASE, error_format=tell, tags=["open311"])
    _offering(routes, store)
    _asking(routes, store)
    _taking(routes, store)
    _updates(routes, store)
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


def _offering(routes: ErrorFormatRouter, store: Store) -> None:
    room = store.open311

    @_get(routes, "/discovery", "Where the endpoint is and what it speaks")
    async def discovery(request: Request) -> Response:
        return answer(request.url.path, "discovery", services.discovery(room))

    @_get(routes, "/services", "What can be requested", 404)
    async def service_list(request: Request, language: LanguageDep, jurisdiction_id: Word = None) -> Response:
        catalogue = await store.catalogues.of(await room.jurisdictions.community(jurisdiction_id))
        return answer(request.url.path, "services", services.services(catalogue, room, language))

    @_get(routes, "/services/{service_code}", "What a service asks", 404)
    async def definition(
        service_code: str, request: Request, language: LanguageDep, jurisdiction_id: Word = None
    ) -> Response:
        catalogue = await store.catalogues.of(await room.jurisdictions.community(jurisdiction_id))
        category = services.public_category(catalogue, service_code)
        return answer(request.url.path, "service_definition", services.definition(category, language))


def _asking(routes: ErrorFormatRouter, store: Store) -> None:
    room = store.open311

    @_get(routes, "/requests", "Requests, as everybody sees them", 404)
    async def many(
        request: Request,
        language: LanguageDep,
        asked: Annotated[Parameters, Depends()],
        jurisdiction_id: Word = None,
        extensions: Flag = None,
    ) -> Response:
        community = await room.jurisdictions.community(jurisdiction_id)
        most = DETAILED if extensions else MOST
        if ids := asked.ids(most):
            found, more = await requests.named(store, room, community, ids, language), False
        else:
            query = asked.asked(room.clock(), most)
            found, more = await requests.listed(store, room, community, query, language)
        if extensions:
            found = await notes.extended(store, found, language)
        return answer(request.url.path, "service_requests", found, headers=_next(request, asked.page, more))

    @_get(routes, "/requests/{service_request_id}", "One request", 404)
    async def one(
        service_request_id: str,
        request: Request,
        language: LanguageDep,
        jurisdiction_id: Word = None,
        extensions: Flag = None,
    ) -> Response:
        community = await room.jurisdictions.community(jurisdiction_id)
        found = [await requests.one(store, room, community, service_request_id, language)]
        if extensions:
            found = await notes.extended(store, found, language)
        return answer(request.url.path, "service_requests", found)

    @_get(routes, "/tokens/{token}", "The request that a token leads to", 404)
    async def token(token: str, request: Request, jurisdiction_id: Word = None) -> Response:
        community = await room.jurisdictions.community(jurisdiction_id)
        found = await store.cases.find(case_of(token))
        if found is None or found.aggregate.community != community:
            raise TokenUnknown()
        led = {"service_request_id": found.aggregate.id, "token": token}
        return answer(request.url.path, "service_requests", [led])


def _taking(routes: ErrorFormatRouter, store: Store) -> None:
    room = store.open311

    @_post(routes, "/requests", "Request a service", documents.takes_request())
    async def take_one(request: Request) -> Response:
        form, community, key = await _admitted(store, request)
        sender = Sender(key, check_key(request.headers.get("idempotency-key")))
        taken = await take(store, room, community, form, sender)
        return answer(request.url.path, "service_requests", [taken])


def _updates(routes: ErrorFormatRouter, store: Store) -> None:
    room = store.open311

    @_get(routes, "/servicerequestupdates", "What happened to requests", 404)
    async def updates(
        request: Request,
        language: LanguageDep,
        start_date: Moment = None,
        end_date: Moment = None,
        page: Number = None,
        page_size: Size = None,
        jurisdiction_id: Word = None,
    ) -> Response:
        community = await room.jurisdictions.community(jurisdiction_id)
        now = room.clock()
        within = window(start_date, end_date, now) or Window(now - SPAN, now)
        turn, size = paged(page, page_size, MOST)
        found, more = await notes.updates(store, room, community, within, language, turn, size)
        return answer(request.url.path, "service_request_updates", found, headers=_next(request, turn, more))

    @_post(routes, "/servicerequestupdates", "Update a request", documents.takes_update())
    async def take_one(request: Request) -> Response:
        form, community, key = await _admitted(store, request)
        taken = await take_update(store, community, form, key)
        return answer(request.url.path, "service_request_updates", [taken])


async def _admitted(store: Store, request: Request) -> tuple[Form, str, ApiKey]:
    """What was sent, for which community, and by the holder of which key. A key in the address counts too."""
    form = await read_form(request)
    named = form.get("jurisdiction_id") or request.query_params.get("jurisdiction_id")
    community = await store.open311.jurisdictions.community(named)
    words = form.get("api_key") or request.query_params.get("api_key")
    return form, community, await store.open311.keys.admit(words, community)


def _next(request: Request, page: int | None, more: bool) -> dict[str, str]:
    """The address of the next page (RFC 8288)."""
    if not more:
        return {}
    url = request.url.include_query_params(page=(page or 1) + 1)
    return {"Link": f'<{url.path}?{url.query}>; rel="next"'}
