"""The page behind an unsubscribe link: it asks, and only what is posted changes something, once."""

from pathlib import Path

from fastapi import APIRouter, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from services.chassis.errors import PersonGone
from services.chassis.http.language import Language, LanguageDep
from services.chassis.store.aggregates import Aggregates, Cause
from services.notify.persons.domain.choices import Choices
from services.notify.persons.domain.person import Person, unsubscribe
from services.notify.persons.links import PATH, Link, Links
from services.notify.routing.shipped import RULES

_CSP = "default-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
_PAGES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "pages"),
    undefined=StrictUndefined,
    autoescape=True,
    trim_blocks=True,
    lstrip_blocks=True,
)


def router(persons: Aggregates[Person], links: Links) -> APIRouter:
    """The routes of the page."""
    routes = APIRouter(prefix=PATH, tags=["persons"])

    async def reads(link: Link | None, language: Language) -> Language:
        """The language that the person has chosen; else that of whoever asks."""
        known = None if link is None else await persons.find(link.person)
        return language if known is None else known.aggregate.choices.language

    @routes.get("/{token}", include_in_schema=False)
    async def ask(token: str, language: LanguageDep) -> Response:
        link = await links.read(token)
        return _page(link, await reads(link, language), done=False)

    @routes.post("/{token}", include_in_schema=False)
    async def end(token: str, language: LanguageDep) -> Response:
        """Whoever holds the link may: it came to the recipient alone. The second time, it is done already."""
        link = await links.read(token)
        language = await reads(link, language)
        if link is not None and await persons.find(link.person) is not None:
            try:
                await persons.change(
                    link.person,
                    lambda known, now: unsubscribe(known, without(known.choices, link), now),
                    Cause(link.person, "unsubscribe"),
                )
            except PersonGone:
                return _page(None, language, done=False)
        return _page(link, language, done=link is not None)

    return routes


def without(choices: Choices, link: Link) -> Choices:
    """The choices without what `link` ends."""
    muted = {**choices.muted, link.kind: choices.muted.get(link.kind, frozenset()) | {link.way}}
    return choices.model_copy(update={"muted": muted})


def _page(link: Link | None, language: str, *, done: bool) -> Response:
    rule = None if link is None else RULES.get(link.kind)
    name = None if link is None else link.kind if rule is None else rule.en if language == "en" else rule.zh
    html = _PAGES.get_template("unsubscribe.html.j2").render(lang=language, name=name, done=done)
    headers = {"Content-Security-Policy": _CSP, "Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
    return Response(html, 404 if link is None else 200, headers, media_type="text/html; charset=utf-8")
