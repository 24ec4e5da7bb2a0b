"""The published language of a service over HTTP: AsyncAPI as JSON, and as a page for people."""

from functools import lru_cache

import orjson
from fastapi import APIRouter, Request, Response

from services.chassis.http.language import Language, language_of
from services.contracts.page import catalogue_html, style_source
from services.contracts.served import asyncapi
from services.contracts.topics import TOPICS

_FRESH = {"Cache-Control": "public, max-age=300"}


def catalogue(service: str, prefix: str) -> APIRouter:
    """The public routes `/api/<service>/asyncapi.json` and `/api/<service>/asyncapi`, which tell the events and states
    that `service` publishes.

    Args:
        prefix: put before the names of topics in this deployment.
    """
    router = APIRouter(include_in_schema=False)
    document = orjson.dumps(asyncapi(service, prefix))

    @lru_cache(maxsize=2)
    def page(language: Language) -> str:
        return catalogue_html([topic for topic in TOPICS if topic.service == service], language, prefix=prefix)

    @router.get(f"/api/{service}/asyncapi.json")
    async def as_json() -> Response:
        return Response(document, media_type="application/json", headers=_FRESH)

    @router.get(f"/api/{service}/asyncapi")
    async def as_page(request: Request) -> Response:
        language = language_of(request)
        policy = f"default-src 'none'; style-src {style_source()}; base-uri 'none'; frame-ancestors 'none'"
        headers = _FRESH | {"Content-Security-Policy": policy, "Content-Language": language, "Vary": "Accept-Language"}
        return Response(page(language), media_type="text/html; charset=utf-8", headers=headers)

    return router
