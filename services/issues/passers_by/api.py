"""The form of a sticker's page over HTTP. It answers with pages, for no script and no account is behind it."""

from fastapi import APIRouter, Request, Response
from pydantic import ValidationError

from services.chassis.errors import CommunityError, Unavailable
from services.chassis.http.rate import Buckets
from services.chassis.http.refusals import TooManyRequests
from services.contracts.marks import Id
from services.issues.open311.form import Form, read_form
from services.issues.passers_by.taking import NothingSaid, TakingIn
from services.issues.places import report_page

_HTML = "text/html; charset=utf-8"
_EACH = (1 / 60, 5)
"""One address may send five forms in a row, and one more each minute."""
_ALL = (0.5, 60)
"""All addresses together may send sixty, and one more each two seconds."""


def router(taking: TakingIn) -> APIRouter:
    """The route of the form."""
    routes = APIRouter(prefix="/api/issues/v1", tags=["stickers"])
    each, everybody = Buckets(*_EACH), Buckets(*_ALL)

    @routes.post("/report", include_in_schema=False)
    async def send(request: Request) -> Response:
        """Public: needs no token. Refusals are pages too."""
        form: Form | None = None
        try:
            client = request.client.host if request.client is not None else "unknown"
            wait = each.take(client) or everybody.take("")
            if wait > 0:
                raise TooManyRequests(seconds=int(wait) + 1)
            form = await read_form(request)
            case = await taking.take(form)
        except ValidationError:
            return _refused(NothingSaid(), None if form is None else form.fields.get("place"), taking)
        except CommunityError as error:
            if isinstance(error, Unavailable):
                raise
            return _refused(error, None if form is None else form.fields.get("place"), taking)
        shown = report_page.taken(case.number, taking.telephones.get(case.community, ""), public=case.is_public)
        return Response(shown, 201, headers=_HEADERS, media_type=_HTML)

    return routes


_HEADERS = {"Content-Security-Policy": report_page.CSP, "Cache-Control": "no-store"}


def _refused(error: CommunityError, place: Id | None, taking: TakingIn) -> Response:
    telephone = next(iter(taking.telephones.values()), "") if len(taking.telephones) == 1 else ""
    shown = report_page.refused(error.sentence("zh"), error.sentence("en"), place, telephone)
    return Response(shown, error.status, headers=_HEADERS, media_type=_HTML)
