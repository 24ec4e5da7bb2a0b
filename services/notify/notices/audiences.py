"""Audiences: the people whom an event concerns, from notify's own copy of people, memberships and followers."""

from collections.abc import Iterable
from typing import Any

from services.chassis.subscriber.handlers import Received
from services.contracts.volunteers import NeedMoved
from services.notify.knowledge.store import Knowledge
from services.notify.persons.people import People
from services.notify.routing.domain.table import Audience, Subject, ids
from services.notify.routing.editions import Editions


class Audiences:
    """Finds audiences. Asked again for the same event later, it finds nobody new who follows a subject."""

    def __init__(self, knowledge: Knowledge, people: People, editions: Editions) -> None:
        self._knowledge = knowledge
        self._people = people
        self._editions = editions

    def named(self, audience: Audience, received: Received[Any]) -> list[str]:
        """The people whom the event itself names to `audience`. They may turn out not to be concerned."""
        by_name = audience.field is not None and audience.rule in ("person", "followers")
        return ids(received.event, audience.field) if by_name and audience.field is not None else []

    async def of(self, audience: Audience, subject: Subject | None, received: Received[Any]) -> list[str]:
        """The people whom `received` concerns by the rule of `audience`, each once."""
        found = await self._found(audience, subject, received)
        if audience.unless_volunteering and (activity := getattr(received.event, "activity", None)):
            told = set(await self._told_as_volunteers(activity, received))
            found = [person for person in found if person not in told]
        left_out = set() if audience.but is None else set(ids(received.event, audience.but))
        return [person for person in dict.fromkeys(found) if person not in left_out]

    async def _found(self, audience: Audience, subject: Subject | None, received: Received[Any]) -> Iterable[str]:
        envelope, event = received.envelope, received.event
        named = [] if audience.field is None else ids(event, audience.field)
        which = audience.value or next(iter(named), "")
        match audience.rule:
            case "person":
                return named
            case "followers":
                first = next(iter(named), None)
                return await self._knowledge.concerned(envelope.aggregate_id, first=first, at=envelope.time)
            case "registrants" | "seated" | "waiting":
                counting = await self._knowledge.participants(envelope.aggregate_id, envelope.sequence)
                wanted = {"seated": {True}, "waiting": {False}}.get(audience.rule, {True, False})
                return [each.person for each in counting if each.seated in wanted]
            case "volunteering":
                return await self._knowledge.volunteers(envelope.aggregate_id, envelope.sequence)
            case "duty":
                return await self._editions.on_duty(envelope.community)
            case "team":
                return await self._knowledge.members(envelope.community, which)
            case "building":
                return await self._people.living_in(envelope.community, which)
            case "age-band":
                return await self._people.of_age(envelope.community, which)
            case "everyone":
                return await self._people.everyone(envelope.community)

    async def _told_as_volunteers(self, activity: str, received: Received[Any]) -> list[str]:
        if isinstance(received.event, NeedMoved):
            return await self._knowledge.volunteers_moved(activity, received.event.starts_at)
        return await self._knowledge.volunteers_now(activity)
