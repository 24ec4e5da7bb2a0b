"""The refusals of the endpoint: a list of errors in the format asked for, under one of three statuses.

404 means that something named does not exist, 403 that the key is refused, 400 anything else, an unavailable store
among it. Two exceptions keep their status of HTTP: 429 for an address that asks too often, 500 for a fault of ours.
"""

from collections.abc import Mapping

from fastapi import Response

from services.chassis.errors import CommunityError, Forbidden, NotFound
from services.chassis.http.error_formats import Faults, Scope
from services.chassis.http.language import Language, preferred
from services.chassis.http.request_context import request_context_of
from services.issues.catalogue.domain.questions import AnswersRefused
from services.issues.open311.formats import answer

_KEPT = frozenset({400, 403, 404, 429, 500})
_PASSED_ON = frozenset({"retry-after", "ratelimit", "ratelimit-policy", "allow"})
_FAULTS = {
    "required": ("必须回答。", "is required."),
    "unknown": ("不是该服务的问题。", "is no attribute of this service."),
    "type": ("格式有误。", "is not of its datatype."),
    "choice": ("不是可选的值。", "is not one of its values."),
    "too-long": ("过长。", "is too long."),
    "too-many": ("选项过多。", "has too many values."),
    "out-of-range": ("超出范围。", "is out of range."),
}


class BadRequest(CommunityError, status=400):
    """The general error: something in the request is wrong."""


class ApiKeyRefused(
    Forbidden,
    code="open311.api-key",
    zh="api_key 缺失或无效，未受理。",
    en="The api_key is missing or not valid; nothing was taken.",
):
    """The key is unknown, revoked, or not for this jurisdiction; which of these is not told."""


class ApiKeyUsedUp(
    Forbidden,
    code="open311.api-key-used-up",
    zh="该 api_key 已达到{period}上限（{limit} 次），请 {seconds} 秒后再试。",
    en="The api_key has been used {limit} times, all that its {period_en} allows; try again in {seconds} seconds.",
):
    """The key was used as often as its limits allow."""


class NotGranted(
    Forbidden,
    code="open311.not-granted",
    zh="该 api_key 无权对此请求作这样的更新。",
    en="The api_key may not make this update to this request.",
):
    """The key may not make this update: only the key that reported reopens, and only a unit's key works for the
    unit."""


class JurisdictionUnknown(
    NotFound, code="open311.jurisdiction-unknown", zh="没有这个 jurisdiction_id。", en="jurisdiction_id was not found."
):
    """The jurisdiction is no community that is served here."""


class ServiceMissing(
    BadRequest, code="open311.service-missing", zh="请提供 service_code。", en="service_code was not provided."
):
    """A request names no service."""


class ServiceUnknown(
    NotFound, code="open311.service-unknown", zh="没有这个 service_code。", en="service_code was not found."
):
    """The service is not in the catalogue, or not public."""


class RequestUnknown(
    NotFound, code="open311.request-unknown", zh="没有这个 service_request_id。", en="service_request_id was not found."
):
    """There is no such case, or it is not public."""


class TokenUnknown(NotFound, code="open311.token-unknown", zh="没有这个 token。", en="token was not found."):
    """Nothing was requested under this token."""


class LocationMissing(
    BadRequest,
    code="open311.location-missing",
    zh="请提供位置：lat 和 long、address_string 或 address_id。",
    en="A location was not provided: lat and long, address_string or address_id.",
):
    """A request names no place, in none of the three ways."""


class LocationUnknown(
    BadRequest,
    code="open311.location-unknown",
    zh="无法在本社区找到该位置（{parameter}），请核对小区名称、楼号或坐标。",
    en="The location could not be found in this jurisdiction ({parameter}); check the compound, building or point.",
):
    """The location is too far from every place, names no place, or could mean several."""


class ValueRefused(
    BadRequest,
    code="open311.value",
    zh="参数 {parameter} 有误：{reason}。",
    en="{parameter} is not valid: {reason_en}.",
):
    """A parameter can't be read, or is out of its bounds."""


class UpdateRefused(
    BadRequest,
    code="open311.update-refused",
    zh="该请求当前不接受此更新：{reason}",
    en="The request does not take this update as it stands now: {reason_en}",
):
    """The case, in its present status, does not allow the update."""


def refusal_answer(scope: Scope, error: CommunityError, errors: Faults | None, headers: Mapping[str, str]) -> Response:
    """The answer to `error` in the form of Open311. Each of several faults is an error of its own."""
    language = preferred(request_context_of(scope).headers.get(b"accept-language", b"").decode("latin-1"))
    status = error.status if error.status in _KEPT else 400
    sentences = _sentences(error, errors, language)
    listed = [{"code": str(status), "description": sentence} for sentence in sentences]
    sent = {name: value for name, value in headers.items() if name.lower() in _PASSED_ON}
    if "seconds" in error.params:
        sent.setdefault("Retry-After", str(error.params["seconds"]))
    sent["Cache-Control"] = "no-store"
    return answer(scope, "errors", listed, status, sent)


def _sentences(error: CommunityError, errors: Faults | None, language: Language) -> list[str]:
    if isinstance(error, AnswersRefused):
        words = error.params["faults"].items()
        return [f"attribute[{code}] {_FAULTS[word][0 if language == 'zh' else 1]}" for code, word in words]
    if errors:
        return [f"{fault.get('parameter') or fault.get('pointer') or ''}: {fault['detail']}" for fault in errors]
    return [error.sentence(language)]
