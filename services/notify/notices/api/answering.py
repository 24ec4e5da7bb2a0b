"""The page behind a link by which a message is answered: fetched, it asks; only what is posted to it is an answer.

Whoever holds the link may answer for the person whom the message asks: it came to their address alone, or to that of
who stands in for them. What is answered goes to events as a fact of the notice; the page says what notify knows of it.
"""

from dataclasses import dataclass
from typing import Annotated
from urllib.parse import parse_qs

from fastapi import APIRouter, Path, Request, Response

from services.chassis.clock import Clock
from services.chassis.errors import PersonGone
from services.chassis.http.language import Language, LanguageDep
from services.chassis.store.aggregates import Aggregates, Cause
from services.notify.knowledge.store import Knowledge
from services.notify.notices.answer_links import PATH, AnswerLinks
from services.notify.notices.answer_page import ALL, CSP, Shown, answer_page, no_page
from services.notify.notices.domain.answering import (
    Standing,
    answer,
    answer_about,
    concerned,
    may_change,
    questions,
    standing,
)
from services.notify.notices.domain.notice import Notice
from services.notify.notices.wording import Wording
from services.notify.persons.domain.person import Person

_HEADERS = {
    "Content-Security-Policy": CSP,
    "Cache-Control": "no-store",
    "X-Robots-Tag": "noindex, nofollow",
}
Token = Annotated[str, Path(description="Whoever comes by a link that a messenger has cut or lengthened reads a page.")]


@dataclass(frozen=True, slots=True)
class Answering:
    """Finds what a link leads to, and how it stands."""

    notices: Aggregates[Notice]
    persons: Aggregates[Person]
    knowledge: Knowledge
    links: AnswerLinks
    clock: Clock

    async def notice(self, token: str) -> Notice | None:
        """The notice that the link with `token` answers; None where there is none for anybody who may answer it: we did
        not make the link, its recipient is gone, or they do not stand in any more for who is asked."""
        id = await self.links.read(token)
        found = None if id is None else await self.notices.find(id)
        if found is None or not questions(found.aggregate):
            return None
        notice = found.aggregate
        people = await self.persons.find_each({notice.recipient, concerned(notice)})
        if any(person.gone for person in people.values()):
            return None
        asked = people.get(concerned(notice))
        if notice.behalf is not None and (asked is None or not asked.stands_in(notice.recipient)):
            return None
        return notice

    async def shown(self, notice: Notice) -> list[Shown]:
        """What `notice` asks, in its order, and how each question stands now."""
        found = []
        for question in questions(notice):
            known = await self.knowledge.activity(question.activity)
            seat = await self.knowledge.seat(question.activity, concerned(notice))
            stands = standing(
                question,
                answer_about(notice, question.activity),
                seat,
                self.clock(),
                starts_at=known.starts_at,
                off=known.is_off,
            )
            certain = seat is not None and seat.version > question.version
            found.append(Shown(question, stands, certain))
        return found

    async def language(self, notice: Notice | None, asked: Language) -> Language:
        """The language that the recipient has chosen; else that of whoever asks."""
        known = None if notice is None else await self.persons.find(notice.recipient)
        return asked if known is None else known.aggregate.choices.language


def router(answering: Answering, wording: Wording) -> APIRouter:
    """The routes of the page."""
    routes = APIRouter(prefix=PATH, tags=["notices"])

    def nowhere(language: Language) -> Response:
        return Response(no_page(language), 404, _HEADERS, media_type="text/html; charset=utf-8")

    async def asking(notice: Notice, language: Language, status: int) -> Response:
        reads = await answering.language(notice, language)
        await wording.ready([notice.community])
        page = answer_page(notice, await answering.shown(notice), wording, reads, answering.clock())
        return Response(page, status, _HEADERS, media_type="text/html; charset=utf-8")

    @routes.get("/{token}", include_in_schema=False)
    @routes.get("/{token}/", include_in_schema=False)
    async def ask(token: Token, language: LanguageDep) -> Response:
        notice = await answering.notice(token)
        return nowhere(language) if notice is None else await asking(notice, language, 200)

    @routes.post("/{token}", include_in_schema=False)
    @routes.post("/{token}/", include_in_schema=False)
    async def take(token: Token, language: LanguageDep, request: Request) -> Response:
        """What can be answered still, is; then the page says how it stands. A form that is none of the page's asks
        again: whoever reads this is a person, and reads a page."""
        notice = await answering.notice(token)
        if notice is None:
            return nowhere(language)
        activity, comes = _posted(await request.body())
        if activity is None or comes not in ("yes", "no"):
            return await asking(notice, language, 400)
        yes = comes == "yes"
        now = answering.clock()
        may = [
            each.question.activity
            for each in await answering.shown(notice)
            if each.stands is Standing.OPEN or (not yes and may_change(each.question, each.stands, now))
        ]
        if activity != ALL:
            may = [each for each in may if each == activity]
        if may:
            cause = Cause(notice.recipient, "answer")
            try:
                await answering.notices.change(notice.id, lambda n, now: answer(n, may, now, comes=yes), cause)
            except PersonGone:
                return nowhere(language)
        return Response(status_code=303, headers={**_HEADERS, "Location": f"{PATH}/{token}"})

    return routes


def _posted(body: bytes) -> tuple[str | None, str | None]:
    """The fields `activity` and `comes` of a form, each None where it is not there."""
    try:
        fields = parse_qs(body.decode(), max_num_fields=10)
    except ValueError:
        return None, None
    return next(iter(fields.get("activity", ())), None), next(iter(fields.get("comes", ())), None)
