"""Problem details (RFC 9457): how every refusal looks to a caller, in their language, with a stable code."""

import math
from collections.abc import Mapping, MutableMapping, Sequence
from http import HTTPStatus
from typing import Any

import orjson
from fastapi import Response
from pydantic import BaseModel, Field

from services.chassis.auth.refusals import TokenMissing
from services.chassis.errors import CommunityError
from services.chassis.http.language import Language, preferred
from services.chassis.http.request_context import request_context_of
from services.contracts.text import fit

MEDIA_TYPE = "application/problem+json"
TYPE = "urn:community:problem:{code}"

_TITLES_ZH: Mapping[int, str] = {
    400: "请求有误",
    401: "未登录",
    403: "没有权限",
    404: "没有找到",
    405: "不支持的操作",
    409: "与现状冲突",
    412: "数据已变化",
    413: "内容过大",
    415: "格式不支持",
    422: "内容有误",
    429: "请求过于频繁",
    500: "系统出错",
    503: "暂时不可用",
}
_RETRY_AFTER = "2"


class Fault(BaseModel):
    """One thing that is wrong in a request."""

    detail: str
    pointer: str | None = Field(default=None, description="JSON Pointer into the body (RFC 6901), with a leading #.")
    parameter: str | None = Field(default=None, description="Name of the parameter.")
    in_: str | None = Field(default=None, alias="in", description="query, path, header or cookie.")


class Problem(BaseModel):
    """A refusal (RFC 9457). `code` never changes its meaning; sentences may."""

    type: str
    title: str
    status: int
    detail: str
    instance: str = Field(description="The path that was asked for.")
    code: str
    params: dict[str, Any] | None = Field(default=None, description="What the sentence speaks of.")
    current: dict[str, Any] | None = Field(
        default=None, description="Version and public state as they stand, where a change came too late."
    )
    errors: list[Fault] | None = Field(default=None, description="What is wrong, place by place.")
    trace: str | None = Field(default=None, description="Leads to what happened, in logs and traces.")


def problem(
    scope: MutableMapping[str, Any],
    error: CommunityError,
    *,
    errors: Sequence[Mapping[str, str]] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """The answer to `error`, in the caller's language."""
    context = request_context_of(scope)
    if context.error_format is not None:
        return context.error_format(scope, error, errors, {**_headers(error), **(headers or {})})
    language = preferred(context.headers.get(b"accept-language", b"").decode("latin-1"))
    body: dict[str, Any] = {
        "type": TYPE.format(code=error.code),
        "title": _title(error.status, language),
        "status": error.status,
        "detail": error.sentence(language),
        "instance": fit(scope.get("path", "")),
        "code": error.code,
    }
    if error.params:
        body["params"] = error.params
    if error.current is not None:
        body["current"] = error.current
    if errors is not None:
        body["errors"] = errors
    if error.status >= 500 and context.trace:
        body["trace"] = context.trace
    return Response(
        orjson.dumps(body, default=str),
        status_code=error.status,
        media_type=MEDIA_TYPE,
        headers={
            "Content-Language": "zh-CN" if language == "zh" else "en",
            "Vary": "Accept-Language",
            "Cache-Control": "no-store",
            **_headers(error),
            **(headers or {}),
        },
    )


def _title(status: int, language: Language) -> str:
    if language == "zh" and status in _TITLES_ZH:
        return _TITLES_ZH[status]
    return HTTPStatus(status).phrase


def _headers(error: CommunityError) -> dict[str, str]:
    if error.status == 401:
        challenge = "Bearer" if isinstance(error, TokenMissing) else 'Bearer error="invalid_token"'
        return {"WWW-Authenticate": challenge}
    if error.status == 412 and "version" in error.params:
        return {"ETag": f'"{error.params["version"]}"'}
    if error.status in {429, 503}:
        seconds = error.params.get("seconds")
        return {"Retry-After": _RETRY_AFTER if seconds is None else str(math.ceil(seconds))}
    return {}


def problems(*errors: type[CommunityError]) -> dict[int | str, dict[str, Any]]:
    """The answers of a route besides success, for its `responses=`: each status with its codes and sentences."""
    by_status: dict[int | str, list[type[CommunityError]]] = {}
    for error in errors:
        by_status.setdefault(error.status, []).append(error)
    return {status: _documented(list(dict.fromkeys(found))) for status, found in by_status.items()}


def _documented(errors: Sequence[type[CommunityError]]) -> dict[str, Any]:
    return {
        "description": "\n\n".join(f"`{error.code}`: {error.en}" for error in errors),
        "content": {
            MEDIA_TYPE: {
                "schema": {"$ref": "#/components/schemas/Problem"},
                "examples": {error.code: {"value": _example(error)} for error in errors},
            }
        },
    }


def _example(error: type[CommunityError]) -> dict[str, Any]:
    return {
        "type": TYPE.format(code=error.code),
        "title": HTTPStatus(error.status).phrase,
        "status": error.status,
        "detail": error.en,
        "instance": "/api/…",
        "code": error.code,
    }
