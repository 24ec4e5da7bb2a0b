"""The page behind an unsubscribe link: it asks, and only what is posted changes something, once.

It works without a script, loads nothing, and its one style is named in the policy by its digest.
"""

from collections.abc import Awaitable, Callable
from pathlib import Path

from fastapi import APIRouter, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from services.chassis.errors import PersonGone
from services.chassis.http.language import Language, LanguageDep
from services.chassis.http.style_policy import style_policy
from services.chassis.store.aggregates import Aggregates, Cause
from services.notify.persons.domain.choices import DIGEST, Choices
from services.notify.persons.domain.person import Person, unsubscribe
from services.notify.persons.links import PATH, Link, Links
from services.notify.routing.domain.kinds import Kinds
from services.notify.routing.shipped import RULES

_STYLE = (
    "body{font:1.25rem/1.6 'PingFang SC','Microsoft YaHei','Noto Sans CJK SC',sans-serif;margin:0;color:#1c2733;"
    "background:#f6f4f0}main{max-width:38rem;margin:0 auto;padding:1rem 1rem 3rem}h1{font-size:1.6rem;margin:.5rem 0}"
    "button{font:inherit;font-weight:700;width:100%;min-height:64px;margin-top:1rem;border:0;border-radius:8px;"
    "background:#8a1f19;color:#fff}:focus-visible{outline:4px solid #1a5fb4;outline-offset:3px}"
    "@media(prefers-color-scheme:dark){body{background:#14181d;color:#e8ecf1}:focus-visible{outline-color:#99c1f1}}"
)
_CSP = style_policy(_STYLE)
_DIGEST = {"zh": "消息汇总", "en": "Digests"}
_SUBJECT = {"zh": "关于这件事的消息", "en": "News about this matter"}
_PAGES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "pages"),
    undefined=StrictUndefined,
    autoescape=True,
    trim_blocks=True,
    lstrip_blocks=True,
)


KindsOf = Callable[[str], Awaitable[Kinds]]


def router(persons: Aggregates[Person], links: Links, kinds: KindsOf) -> APIRouter:
    """The routes of the page. A link to what nobody can do without, by the `kinds` of a community, ends nothing: it is
    older than that rule."""
    routes = APIRouter(prefix=PATH, tags=["persons"])

    async def reads(link: Link | None, language: Language) -> Language:
        """The language that the person has chosen; else that of whoever asks."""
        known = None if link is None else await persons.find(link.person)
        return language if known is None else known.aggregate.choices.language

    async def comes_anyway(link: Link | None) -> bool:
        known = None if link is None or link.subject else await persons.find(link.person)
        if link is None or known is None:
            return False
        there = [await kinds(each) for each in sorted({known.aggregate.community, *known.aggregate.communities})]
        rules = [rule for each in there if (rule := each.get(link.kind)) is not None]
        return bool(rules) and all(rule.weight.comes_anyway for rule in rules)

    async def ended(link: Link | None) -> bool:
        """Whether the person gets nothing of it already, by this link or by a choice of theirs."""
        known = None if link is None else await persons.find(link.person)
        if link is None or known is None:
            return False
        choices = known.aggregate.choices
        return choices == without(choices, link)

    @routes.get("/{token}", include_in_schema=False)
    async def ask(token: str, language: LanguageDep) -> Response:
        link = await links.read(token)
        return _page(link, await reads(link, language), done=await ended(link), anyway=await comes_anyway(link))

    @routes.post("/{token}", include_in_schema=False)
    async def end(token: str, language: LanguageDep) -> Response:
        """Whoever holds the link may: it came to the recipient alone. The second time, it is done already."""
        link = await links.read(token)
        language = await reads(link, language)
        if await comes_anyway(link):
            return _page(link, language, done=False, anyway=True)
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
    if link.subject:
        return choices.model_copy(update={"silenced": choices.silenced | {link.subject}})
    muted = {**choices.muted, link.kind: choices.muted.get(link.kind, frozenset()) | {link.way}}
    return choices.model_copy(update={"muted": muted})


def _page(link: Link | None, language: str, *, done: bool, anyway: bool = False) -> Response:
    name = None if link is None else _name(link, language)
    html = _PAGES.get_template("unsubscribe.html.j2").render(
        lang=language, name=name, done=done and not anyway, anyway=anyway, style=_STYLE
    )
    headers = {"Content-Security-Policy": _CSP, "Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
    return Response(html, 404 if link is None else 200, headers, media_type="text/html; charset=utf-8")


def _name(link: Link, language: str) -> str:
    """What `link` ends, as people call it."""
    if link.subject:
        return _SUBJECT[language]
    if link.kind == DIGEST:
        return _DIGEST[language]
    rule = RULES.get(link.kind)
    return link.kind if rule is None else rule.en if language == "en" else rule.zh
