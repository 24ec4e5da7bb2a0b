"""Builds the verifier that settings describe."""

import httpx

from services.chassis.auth.claims import ClaimNames
from services.chassis.auth.development import DevelopmentIssuer
from services.chassis.auth.fetch import fetcher
from services.chassis.auth.key_ring import Fetch, KeyRing
from services.chassis.auth.verifier import Verifier
from services.chassis.settings.service_settings import AuthSettings


def verifier_of(settings: AuthSettings, *, transport: httpx.AsyncBaseTransport | None = None) -> Verifier:
    """The verifier for the issuer that `settings` name; without a JWKS address, for the development issuer.

    Raises:
        NotInProduction: the development issuer is named in production.
    """
    if settings.auth_jwks_url is None:
        fetch, again = _own_keys(settings), 1.0
    else:
        fetch, again = fetcher(settings.auth_jwks_url, transport=transport), 5.0
    return Verifier(
        KeyRing(fetch, age=settings.auth_jwks_seconds, again=again),
        issuer=settings.auth_issuer,
        audience=settings.auth_audience,
        leeway=settings.auth_leeway_seconds,
        names=ClaimNames(settings.auth_roles_claim, settings.auth_communities_claim, settings.auth_units_claim),
    )


def _own_keys(settings: AuthSettings) -> Fetch:
    DevelopmentIssuer(settings)

    async def fetch() -> bytes:
        return DevelopmentIssuer(settings).key_set()

    return fetch
