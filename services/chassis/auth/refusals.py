"""The refusals of callers. A sentence tells which check failed only as far as the caller can do something about it."""

from services.chassis.errors import Unauthenticated, Unavailable


class TokenMissing(Unauthenticated, code="token.missing", zh="请先登录。", en="Sign in first: send a bearer token."):
    """No `Authorization: Bearer …`."""


class TokenInvalid(
    Unauthenticated, code="token.invalid", zh="登录凭证无效，请重新登录。", en="The token is not valid; sign in again."
):
    """Not a token of our issuer for us: form, algorithm, key, signature, issuer, audience or claims."""


class TokenExpired(
    Unauthenticated, code="token.expired", zh="登录已过期，请重新登录。", en="The token has expired; sign in again."
):
    """`exp` has passed."""


class TokenAmbiguous(
    Unauthenticated,
    code="token.ambiguous",
    zh="登录凭证列有多个社区，但未说明各角色或单位属于哪个社区，请联系管理员。",
    en="The token names several communities and a role or a unit without saying in which of them it is held.",
):
    """A flat role or unit, and more than one community that it could be meant for."""


class KeysUnavailable(
    Unavailable,
    code="keys-unavailable",
    zh="暂时无法验证登录凭证，请稍后重试。",
    en="Tokens can't be verified just now; try again later.",
):
    """The issuer's keys were never reached, so that nobody can be told to be wrong."""
