"""Why a caller isn't let in. The sentence never says which check failed beyond what a caller can mend."""

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


class KeysUnavailable(
    Unavailable,
    code="keys-unavailable",
    zh="暂时无法验证登录凭证，请稍后重试。",
    en="Tokens can't be verified just now; try again later.",
):
    """The issuer's keys were never reached, so that nobody can be told to be wrong."""
