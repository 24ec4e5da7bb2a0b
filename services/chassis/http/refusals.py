"""The refusals of the border itself, before any room is asked."""

from services.chassis.errors import CommunityError, Invalid, NotFound, Unavailable


class BadRequest(CommunityError, code="request.bad", status=400, zh="请求有误。", en="The request can't be read."):
    """The request is not HTTP, or not what its headers say."""


class Ambiguous(
    CommunityError,
    code="request.ambiguous",
    status=400,
    zh="请求头 {header} 有多种理解，无法处理。",
    en="The request can be read in more than one way: {header}.",
):
    """A header that may stand once stands twice, or a body has two lengths."""


class HeadTooLarge(
    CommunityError,
    code="request.head-too-large",
    status=431,
    zh="请求头过大（上限 {limit} 字节）。",
    en="The head of the request is too large (at most {limit} bytes).",
):
    """The head of the request is too large, or has too many headers."""


class AddressTooLong(
    CommunityError,
    code="request.address-too-long",
    status=414,
    zh="地址过长（上限 {limit} 字节）。",
    en="The address is too long (at most {limit} bytes).",
):
    """Path and query together are too long."""


class TooSlow(
    CommunityError,
    code="request.too-slow",
    status=408,
    zh="请求没有在规定的时间内传完。",
    en="The request did not arrive in time.",
):
    """A head or a body came to a standstill, or trickles."""


class BodyNotJson(
    CommunityError,
    code="body.not-json",
    status=400,
    zh="请求正文不是有效的 JSON（第 {line} 行第 {column} 列）。",
    en="The body is not valid JSON (line {line}, column {column}).",
):
    """The body is not JSON by RFC 8259 in UTF-8; NaN, lone surrogates and the like are no JSON."""


class BodyTooDeep(
    CommunityError,
    code="body.too-deep",
    status=400,
    zh="JSON 嵌套过深（最多 {limit} 层）。",
    en="The JSON is nested too deeply (at most {limit} levels).",
):
    """The JSON is nested more deeply than any request needs."""


class BodyTooMany(
    CommunityError,
    code="body.too-many-values",
    status=413,
    zh="JSON 中的内容项过多（最多 {limit} 项）。",
    en="The JSON holds too many values (at most {limit}).",
):
    """The JSON has too many values: it is small as bytes, and large once parsed."""


class TextTooLong(
    CommunityError,
    code="body.text-too-long",
    status=413,
    zh="JSON 中有一段文字或空白过长（上限 {limit} 字节）。",
    en="A text, or the space between two things, in the JSON is too long (at most {limit} bytes).",
):
    """A text in the JSON is longer than any field takes, and too long to be read in pieces."""


class NumberOutOfRange(
    CommunityError,
    code="body.number-out-of-range",
    status=400,
    zh="JSON 中的数字超出范围。",
    en="A number in the JSON is out of range.",
):
    """The JSON has an integer of more than 64 bits."""


class BodyTooLarge(
    CommunityError,
    code="body.too-large",
    status=413,
    zh="请求正文过大（上限 {limit} 字节）。",
    en="The body is too large (at most {limit} bytes).",
):
    """The body is too large, by its Content-Length or by the bytes that came."""


class UnsupportedMedia(
    CommunityError,
    code="media-type.unsupported",
    status=415,
    zh="不支持这种正文格式，请使用 {expected}。",
    en="This kind of body is not supported; send {expected}.",
):
    """Content-Type or Content-Encoding is not one that this operation reads."""


class NoSuchRoute(NotFound, code="route.unknown", zh="没有这个地址。", en="There is nothing at this address."):
    """No route has this path."""


class MethodNotAllowed(
    CommunityError,
    code="method.not-allowed",
    status=405,
    zh="这个地址不支持 {method}。",
    en="{method} is not possible at this address.",
):
    """The path exists, but not with this method."""


class RequestInvalid(
    Invalid,
    code="request.invalid",
    zh="请求内容有误，请检查各项。",
    en="Something in the request is not as it must be.",
):
    """The request doesn't fit its schema; `errors` says where."""


class TooManyRequests(
    CommunityError,
    code="rate.limited",
    status=429,
    zh="请求过于频繁，请 {seconds} 秒后重试。",
    en="Too many requests; try again in {seconds} seconds.",
):
    """The caller's bucket is empty."""


class HandsFull(
    Unavailable,
    code="server.busy",
    zh="系统正忙，请稍后重试。",
    en="Too much is being received just now; try again in a moment.",
):
    """The bodies that are being read take all the memory that there is for bodies."""


class IdempotencyKeyMalformed(
    CommunityError,
    code="idempotency-key.malformed",
    status=400,
    zh="Idempotency-Key 须为 1 至 255 个可见 ASCII 字符。",
    en="An Idempotency-Key is 1 to 255 visible ASCII characters.",
):
    """The Idempotency-Key header is empty, too long, or not visible ASCII."""


class IfMatchMalformed(
    CommunityError,
    code="if-match.malformed",
    status=400,
    zh='If-Match 须为带引号的版本号，例如 "3"。',
    en='If-Match is a quoted version such as "3".',
):
    """The If-Match header is no list of entity tags (RFC 9110, 13.1.1)."""


class Unexpected(
    CommunityError,
    code="unexpected",
    status=500,
    zh="系统出错了，请稍后重试。",
    en="Something went wrong on our side; try again later.",
):
    """A fault of ours; `trace` leads to it in the logs."""
