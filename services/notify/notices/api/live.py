"""A person's inbox as it fills: server-sent events that are resumed by Last-Event-ID, at any replica.

The route is no operation in the description of the API, for who tries every operation would wait for an end that does
not come. The description of the list of notices tells of it.
"""

from collections.abc import AsyncIterator
from typing import Annotated

import orjson
from fastapi import APIRouter, Header
from fastapi.responses import StreamingResponse

from services.chassis.clock import Clock
from services.chassis.http.caller import PrincipalDep
from services.chassis.http.language import LanguageDep
from services.chassis.store.aggregates import Aggregates
from services.notify.notices.domain.bookmark import PATTERN, bookmark_of
from services.notify.notices.domain.notice import Notice
from services.notify.notices.feed import Feed
from services.notify.notices.store import Notices
from services.notify.notices.views import notice_view
from services.notify.notices.wording import Wording
from services.notify.persons.domain.person import Person

_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


def router(
    notices: Aggregates[Notice], persons: Aggregates[Person], wording: Wording, feed: Feed, clock: Clock
) -> APIRouter:
    """The route of the stream."""
    asked = Notices(notices)
    routes = APIRouter(prefix="/api/notify/v1/me", tags=["inbox"])

    @routes.get("/notices/live", include_in_schema=False)
    async def live(
        principal: PrincipalDep,
        language: LanguageDep,
        last_event_id: Annotated[str | None, Header(max_length=1000, pattern=PATTERN)] = None,
    ) -> StreamingResponse:
        """With Last-Event-ID what came after that, then what comes; without it, what comes from now on. How many are
        unread is told at the beginning and whenever it has changed, by whatever window it was."""
        known = await persons.find(principal.sub)
        reads = language if known is None else known.aggregate.choices.language
        await wording.ready(sorted(principal.communities))
        bookmark = bookmark_of(last_event_id, clock())

        async def events() -> AsyncIterator[bytes]:
            yield b": here\n\n"
            counted = -1
            async for came in feed.read(principal.sub, bookmark):
                for id, stored in came.notices:
                    shown = notice_view(stored, wording, reads).model_dump_json()
                    yield f"id: {id}\nevent: notice\ndata: {shown}\n\n".encode()
                if came.notices or came.stirred or counted < 0:
                    unread = await asked.unread(principal.sub)
                    if unread != counted:
                        counted = unread
                        yield b"event: unread\ndata: " + orjson.dumps({"unread": unread}) + b"\n\n"
                else:
                    yield b": still here\n\n"

        return StreamingResponse(events(), media_type="text/event-stream", headers=_HEADERS)

    return routes
