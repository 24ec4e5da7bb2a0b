"""The words of notices: one text for each kind, version and language, filled with the particulars of the notice.

A notice keeps the version with which it was queued, so that what somebody was told can be shown later as it was.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from services.notify.channels.wecom import LONGEST
from services.notify.knowledge.names import Names
from services.notify.knowledge.units import Units
from services.notify.knowledge.venues import Venues
from services.notify.notices.answer_links import AnswerLinks
from services.notify.notices.domain.bundling import BUNDLES
from services.notify.notices.domain.notice import Notice
from services.notify.notices.domain.particulars import Particulars
from services.notify.routing.editions import Editions
from services.notify.routing.shipped import RULES
from services.notify.shared.calendar import day, moment
from services.notify.shared.texts import Texts, Words
from services.notify.shared.values import ANSWER_LINK, WITH_LINKS, Way
from services.notify.templates.domain.template import FIRST
from services.notify.templates.saved import Saved

TEMPLATES = Path(__file__).parent / "templates"
_SEVERAL = "several"
"""The text of a notice about several activities."""
_SHORTENED = "shortened"
"""The text of a digest or a burst for a channel in which the whole has no room."""
DATES_NAMED = 12
"""So many dates are named of each kind; the others are counted."""
_NAMELESS = "named"
"""The text of a kind that a community has added without a text: its name."""

_ON_BEHALF = {
    "zh": "（您代家人接收这条消息，“您”指您的家人。）",
    "en": "(You receive this for somebody who has asked you to; “you” is that person.)",
}
_FOR_ANOTHER = {"zh": "（代家人接收）", "en": "(For somebody else) "}
_ON_BEHALF_OF = {
    "zh": "（您代“{called}”接收这条消息，“您”指“{called}”。）",
    "en": "(You receive this for “{called}”; “you” is that person.)",
}
_FOR = {"zh": "（代“{called}”接收）", "en": "(For “{called}”) "}
_ANSWER = {
    "zh": "能参加或不能参加，请点这里答复（无需登录）：",
    "en": "Say whether you come here, without signing in:",
}
_DAYS = frozenset({"on", "until"})
"""Particulars that are told as a day."""


class Wording:
    """Renders notices."""

    def __init__(
        self,
        names: Names,
        editions: Editions | None = None,
        saved: Saved | None = None,
        venues: Venues | None = None,
        answering: AnswerLinks | None = None,
        units: Units | None = None,
    ) -> None:
        self._names = names
        self._venues = venues
        self._units = units
        self._answering = answering
        self._editions = editions
        self._saved = saved
        self._texts = Texts(TEMPLATES)

    async def ready(self, communities: Iterable[str]) -> None:
        """Read what these communities have added, so that `words` knows it, and the secret of links."""
        asked = list(communities)
        for community in asked:
            self.begin(community)
        if self._answering is not None:
            await self._answering.ready()
        for community in asked:
            if self._editions is not None:
                await self._editions.of(community)
            if self._saved is not None:
                await self._saved.ready(community)
            if self._venues is not None:
                await self._venues.ready(community)
            if self._units is not None:
                await self._units.ready(community)

    def begin(self, community: str) -> None:
        """Begin to read what `ready` waits for, all at the same time."""
        for each in (self._editions, self._saved, self._venues):
            if each is not None:
                each.begin(community)

    async def version(self, community: str, kind: str, shipped: int) -> int:
        """The version of the text with which a notice of `kind` is queued now."""
        await self.ready([community])
        saved = None if self._saved is None else self._saved.current(community, kind)
        return shipped if saved is None else saved

    def words(self, notice: Notice, language: str, parts: Sequence[Notice] = ()) -> Words:
        """The words of a notice for a reader of `language`; of a bundle those of its `parts`."""
        if notice.kind not in BUNDLES:
            return self._to_reader(notice, language)
        told = [self._to_reader(part, language, among_others=len(parts) > 1) for part in parts]
        if len(told) == 1:
            return told[0]
        values = {"parts": told, "community": self._names.community(notice.community, language)}
        whole = self._texts.render(f"{notice.kind}.v{notice.template}.{language}", values)
        if notice.channel is not Way.WECOM or _fits(whole):
            return whole
        return self._shortened(values, told, language)

    def _shortened(self, values: dict[str, Any], told: Sequence[Words], language: str) -> Words:
        """The words of a bundle that are too long for their channel as a whole: as many of the subjects as there is
        room for, and how many more there are."""
        for named in range(len(told), 0, -1):
            some = {**values, "parts": told[:named], "count": len(told), "more": len(told) - named}
            words = self._texts.render(f"{_SHORTENED}.v1.{language}", some)
            if _fits(words):
                break
        return words

    def _to_reader(self, notice: Notice, language: str, *, among_others: bool = False) -> Words:
        """The words of `notice` alone, and for whom they are where its recipient stands in; `among_others` the subject
        says so too, since a burst tells nothing else."""
        alone = self._of_one(notice, language)
        if notice.behalf is None:
            return alone
        subject = f"{_for_whom(notice, language)}{alone.subject}" if among_others else alone.subject
        called = notice.called
        whom = _ON_BEHALF[language] if called is None else _ON_BEHALF_OF[language].format(called=called)
        return replace(alone, subject=subject, body=f"{alone.body}\n{whom}\n")

    def _of_several(self, notice: Notice, language: str) -> Words:
        """The words of a notice about several activities: what its kind says, and the dates of each kind of part."""
        of_kind: dict[str, list[dict[str, Any]]] = {}
        for part in notice.parts:
            values = self.mentioned(language, notice.community, part.particulars)
            of_kind.setdefault(part.kind, []).append(values)
        values = {
            **self.mentioned(language, notice.community, notice.particulars, self.link(notice)),
            "kind": notice.kind,
            "name": self._name(notice, language),
            "count": len({part.about for part in notice.parts}),
            "sections": [(kind, told[:DATES_NAMED], len(told[DATES_NAMED:])) for kind, told in of_kind.items()],
        }
        return self._texts.render(f"{_SEVERAL}.v1.{language}", values)

    def _of_one(self, notice: Notice, language: str) -> Words:
        """The words of `notice` itself. Whatever text it has, the link by which it is answered stands in it."""
        words, link = self._unlinked(notice, language), self.link(notice)
        if link is None or link in words.body:
            return words
        return replace(words, body=f"{words.body}\n{_ANSWER[language]}\n{link}\n")

    def _unlinked(self, notice: Notice, language: str) -> Words:
        if notice.parts:
            return self._of_several(notice, language)
        values = self.mentioned(language, notice.community, notice.particulars, self.link(notice))
        if self._saved is not None and notice.template >= FIRST:
            saved = self._saved.words(notice.community, notice.kind, notice.template, language, values)
            if saved is not None:
                return saved
        name = f"{notice.kind}.v{notice.template}.{language}"
        return self._texts.render(name, values) if self._texts.has(name) else self._named(notice, language)

    def link(self, notice: Notice) -> str | None:
        """The address at which `notice` is answered, for a text that goes to its recipient alone; None where it asks
        nothing, or where others could read it."""
        return self.answered_at(notice) if notice.channel in WITH_LINKS else None

    def answered_at(self, notice: Notice) -> str | None:
        """The address at which `notice` is answered, for its recipient alone; None where it asks nothing."""
        return None if self._answering is None else self._answering.to(notice)

    def _named(self, notice: Notice, language: str) -> Words:
        name = self._name(notice, language)
        values = {**self.mentioned(language, notice.community, notice.particulars), "name": name}
        return self._texts.render(f"{_NAMELESS}.v1.{language}", values)

    def _name(self, notice: Notice, language: str) -> str:
        known = None if self._editions is None else self._editions.known_rule(notice.community, notice.kind)
        rule = known or RULES.get(notice.kind)
        return notice.kind if rule is None else rule.en if language == "en" else rule.zh

    def render(self, kind: str, version: int, language: str, community: str, particulars: Particulars) -> Words:
        """The shipped words of `kind` in `version`, for a reader of `language` in `community`."""
        return self._texts.render(f"{kind}.v{version}.{language}", self.mentioned(language, community, particulars))

    def values(self, notice: Notice, language: str) -> dict[str, str]:
        """The values of a notice as words, for providers that fill a text of their own."""
        values = self.mentioned(language, notice.community, notice.particulars, self.link(notice))
        if notice.parts:  # a text of one's own names one activity: the title says that there are several
            values["title"] = self._of_several(notice, language).subject
        if notice.behalf is not None and values["title"] is not None:
            values["title"] = f"{_for_whom(notice, language)}{values['title']}"
        return {name: str(value) for name, value in values.items() if value is not None and name != "more"}

    def community(self, community: str, language: str) -> str:
        """What a community is called."""
        return self._names.community(community, language)

    def mentioned(
        self, language: str, community: str, particulars: Particulars, link: str | None = None
    ) -> dict[str, Any]:
        """What a text for a reader of `language` may mention, by name; `link` is where it is answered."""
        known = particulars.model_dump()
        english = language == "en"
        more = known.pop("more")
        times = {
            name: (day if name in _DAYS else moment)(value, language)
            for name, value in {**more, **known}.items()
            if isinstance(value, datetime)
        }
        return {
            **more,
            **known,
            **times,
            ANSWER_LINK: link,
            "community": self._names.community(community, language),
            "title": (english and particulars.title_en) or particulars.title,
            "text": (english and more.get("text_en")) or particulars.text,
            "activity_title": (english and particulars.activity_title_en) or particulars.activity_title,
            "work": None if particulars.work is None else self._names.work(particulars.work, language),
            "category": particulars.category_en if english else particulars.category_zh,
            "venue": self._venue(community, particulars.venue, language),
            "previous_venue": self._venue(community, particulars.previous_venue, language),
            "unit": self._unit(community, particulars.unit, language),
            "same_time": particulars.same_time,
        }

    def _venue(self, community: str, code: str | None, language: str) -> str | None:
        if code is None:
            return None
        entered = None if self._venues is None else self._venues.name(community, code, language)
        return entered or self._names.venue(code, language)

    def _unit(self, community: str, id: str | None, language: str) -> str | None:
        """What a unit is called; None where nobody has told that yet, for its id says nothing to people."""
        return None if id is None or self._units is None else self._units.name(community, id, language)


def _for_whom(notice: Notice, language: str) -> str:
    """For whom a notice is whose recipient stands in, before its subject."""
    return _FOR_ANOTHER[language] if notice.called is None else _FOR[language].format(called=notice.called)


def _fits(words: Words) -> bool:
    """Whether WeCom takes the whole of `words`."""
    return len(f"{words.subject}\n{words.body}".strip().encode()) <= LONGEST
