"""The texts that communities have saved, read again every few seconds."""

from collections.abc import Mapping

from services.chassis.clock import Clock
from services.chassis.store.aggregates import Aggregates
from services.contracts.text import blank
from services.notify.shared.believed import Believed
from services.notify.shared.texts import Words
from services.notify.templates.domain.checking import in_one_line, render, says
from services.notify.templates.domain.template import NoticeTemplate

_MOST_KINDS = 200


class Saved:
    """What communities have saved. Another replica's change is seen after four seconds at most."""

    def __init__(self, templates: Aggregates[NoticeTemplate], clock: Clock) -> None:
        self._templates = templates
        self._believed = Believed(self._read, clock)

    async def ready(self, community: str) -> None:
        """Read what `community` has saved, if that was not done just now."""
        await self._believed(community)

    def begin(self, community: str) -> None:
        """Begin to read what `community` has saved, if that was not done just now."""
        self._believed.begin(community)

    async def _read(self, community: str) -> Mapping[str, NoticeTemplate]:
        page = await self._templates.select({"state.community": community}, limit=_MOST_KINDS)
        return {each.aggregate.kind: each.aggregate for each in page.items}

    def forget(self, community: str) -> None:
        """Read the texts of `community` again when they are next asked for."""
        self._believed.forget(community)

    def current(self, community: str, kind: str) -> int | None:
        """The version of the saved text that holds, as far as was read; None where the shipped one does."""
        found = self._of(community).get(kind)
        return None if found is None else found.current

    def words(
        self, community: str, kind: str, version: int, language: str, values: Mapping[str, object]
    ) -> Words | None:
        """The words of a saved version; None where there is none of that number, or where it says nothing of what it
        speaks of: one that was saved before that was asked for."""
        found = self._of(community).get(kind)
        number = None if found is None else next((v for v in found.versions if v.number == version), None)
        if number is None:
            return None
        written = number.written(language)
        subject, body = in_one_line(written.subject, values), render(written.body, values).strip()
        if blank(subject) or blank(body):
            return None
        if not (says(kind, "subject", subject, values) and says(kind, "body", body, values)):
            return None
        short = None if written.short is None else in_one_line(written.short, values)
        told = short is not None and not blank(short) and says(kind, "short", short, values)
        return Words(subject, f"{body}\n", short if told else None)

    def _of(self, community: str) -> Mapping[str, NoticeTemplate]:
        return self._believed.known(community) or {}
