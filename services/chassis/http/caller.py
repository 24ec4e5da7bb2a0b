"""The caller of a route, as a dependency: `async def close(principal: PrincipalDep)`."""

from typing import Annotated

from fastapi import Depends, Request, Security
from fastapi.openapi.models import HTTPBearer
from fastapi.security.base import SecurityBase

from services.chassis.auth.refusals import TokenMissing
from services.chassis.http.request_context import request_context_of
from services.chassis.principal import Principal


class BearerToken(SecurityBase):
    """Gives the verified caller; documents that a route wants a bearer token."""

    def __init__(self) -> None:
        self.model = HTTPBearer(bearerFormat="JWT", description="A token of the provider that AUTH_ISSUER names.")
        self.scheme_name = "bearer"

    async def __call__(self, request: Request) -> Principal:
        """The verified caller. Raises TokenMissing, or the refusal of a token that is not believed."""
        context = request_context_of(request.scope)
        if context.principal is None:
            raise context.refusal or TokenMissing()
        return context.principal


async def principal_if_any(request: Request) -> Principal | None:
    """The caller; None where the request has no token that is believed."""
    return request_context_of(request.scope).principal


PrincipalDep = Annotated[Principal, Security(BearerToken())]
MaybePrincipalDep = Annotated[Principal | None, Depends(principal_if_any)]
