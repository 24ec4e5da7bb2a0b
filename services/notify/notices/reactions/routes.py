"""Follows the routes of the table: of an event, gives up what it makes untrue, and tells whom it concerns.

Each route that is shipped is a handler under the route's own name. Routes that communities have added are followed by
one more handler of every public event, so a new type of event needs a row and no code.
"""

import asyncio
from collections import defaultdict
from datetime import datetime, timedelta
from typing import Any

from services.chassis.subscriber.handlers import Handlers, Reaction, Received
from services.contracts.event import events
from services.contracts.topics import ACTIVITIES
from services.notify.knowledge.store import Knowledge
from services.notify.notices.audiences import Audiences
from services.notify.notices.domain.particulars import (
    Particulars,
    at_activity,
    filled,
    of_activity,
    of_case,
    of_need,
    of_place,
    of_wish,
)
from services.notify.notices.gathering import Gathering
from services.notify.notices.occasion import occasion_of
from services.notify.notices.telling import Beforehand, Message, Telling, among
from services.notify.routing.domain.kinds import KindRule
from services.notify.routing.domain.table import DECLARED_IN, Route, Subject, Tell, ids, values
from services.notify.routing.editions import Editions
from services.notify.routing.shipped import RULES, TABLE


class Following:
    """Follows one route for one event."""

    def __init__(
        self,
        telling: Telling,
        gathering: Gathering,
        knowledge: Knowledge,
        audiences: Audiences,
        editions: Editions,
        lead: timedelta,
    ) -> None:
        self._telling = telling
        self._gathering = gathering
        self._knowledge = knowledge
        self._audiences = audiences
        self._editions = editions
        self._lead = lead

    async def shipped(self, route: Route, received: Received[Any]) -> None:
        """Follow a route of the table that is shipped."""
        await self._follow(route, received, RULES, TABLE.edition)

    async def added(self, received: Received[Any]) -> None:
        """Follow the routes that the event's community has added for events of this type."""
        table = await self._editions.of(received.envelope.community)
        for route in table.routes:
            if route.event == received.envelope.type:
                await self._follow(route, received, {**RULES, **table.kinds}, table.edition)

    async def _follow(
        self, route: Route, received: Received[Any], kinds: dict[str, KindRule] | Any, edition: int
    ) -> None:
        told = [(n, tell) for n, tell in enumerate(route.tell) if tell.when is None or tell.when.holds(received.event)]
        command = received.envelope.id if route.begins else getattr(received.event, "command", None)
        asking = asyncio.gather(*(self._asked(tell, received) for _, tell in told))
        looking = asyncio.gather(*(self._beforehand(tell, received) for _, tell in told if command is None))
        _, asked, beforehand = await asyncio.gather(self._supersede(route, received), asking, looking)
        of_kind: defaultdict[str, set[str]] = defaultdict(set)
        for (_, tell), (people, _) in zip(told, asked, strict=True):
            of_kind[tell.kind].update(people)
        for place, ((n, tell), (people, known)) in enumerate(zip(told, asked, strict=True)):
            occasion, message = occasion_of(received), self._message(tell, received, known, kinds[tell.kind], edition)
            if command is not None and not message.known:
                await self._gathering.add(command, occasion, f"{route.name}.{n}", message, people)
                continue
            themselves, ready = among(of_kind[tell.kind]), beforehand[place] if command is None else None
            await asyncio.gather(
                self._telling.tell_end_points(occasion, message, ready),
                self._telling.tell_each(occasion, people, message, themselves, ready),
            )

    async def _beforehand(self, tell: Tell, received: Received[Any]) -> Beforehand:
        named = self._audiences.named(tell.to, received)
        return await self._telling.look(received.envelope.community, tell.kind, named)

    async def _supersede(self, route: Route, received: Received[Any]) -> None:
        for each in route.supersede:
            if each.when is None or each.when.holds(received.event):
                whom = None if each.whom is None else ids(received.event, each.whom)
                await self._telling.supersede(occasion_of(received), each.kind, whom)
                if route.model.topic is ACTIVITIES:  # nothing that is gathered is made untrue by others
                    await self._gathering.drop(occasion_of(received), each.kind, whom)

    async def _asked(self, tell: Tell, received: Received[Any]) -> tuple[list[str], Particulars]:
        """Whom `tell` concerns, and what is known of its subject."""
        people, known = await asyncio.gather(
            self._audiences.of(tell.to, tell.subject, received), self._known(tell.subject, received)
        )
        helped = getattr(received.event, "activity", None)
        if tell.subject is not None and tell.subject.of in ("need", "place") and helped is not None:
            known = at_activity(known, await self._knowledge.activity(helped))
        return people, known

    def _message(
        self, tell: Tell, received: Received[Any], known: Particulars, rule: KindRule, edition: int
    ) -> Message:
        event = received.event
        given = {name: each.of(event) for name, each in tell.values.items()}
        return Message(
            kind=tell.kind,
            rule=rule,
            particulars=filled(known, given),
            due=None if tell.ahead_of is None else _moment(event, tell.ahead_of, self._lead),
            expires=None if tell.expires is None else _moment(event, tell.expires, timedelta()),
            edition=edition,
            known=tell.known is not None and tell.known.holds(event),
        )

    async def _known(self, subject: Subject | None, received: Received[Any]) -> Particulars:
        """What is known of the subject and may be mentioned."""
        if subject is None:
            return Particulars()
        id = subject_id(subject, received)
        if id is None:
            return Particulars()
        match subject.of:
            case "case":
                return of_case(await self._knowledge.case(id))
            case "wish":
                return of_wish(await self._knowledge.wish(id))
            case "activity":
                return of_activity(await self._knowledge.activity(id))
            case "need":
                return of_need(await self._knowledge.need(id))
            case "place":
                return of_place(await self._knowledge.place(id))


def reactions(table: Handlers, following: Following) -> None:
    """Put a handler for each route that is shipped, and one for those that communities add, into the table."""
    for route in TABLE.routes:
        table.on(route.model)(_handler(following, route))

    async def follow_added_routes(received: Received[Any]) -> None:
        await following.added(received)

    topics = {event.topic.name for route in TABLE.routes for event in [route.model]}
    for event in events().values():
        if event.topic.name in topics and not event.internal and _is_ours(event.__module__):
            table.on(event)(follow_added_routes)


def _is_ours(module: str) -> bool:
    return any(module == each.__name__ or module.startswith(f"{each.__name__}.") for each in DECLARED_IN)


def _handler(following: Following, route: Route) -> Reaction:
    async def follow(received: Received[Any]) -> None:
        await following.shipped(route, received)

    follow.__name__ = route.name
    return follow


def subject_id(subject: Subject, received: Received[Any]) -> str | None:
    """The id of what a message speaks of; None where the event names none."""
    if subject.field is None:
        return received.envelope.aggregate_id
    return next((str(value) for value in values(received.event, subject.field)), None)


def _moment(event: Any, path: str, before: timedelta) -> datetime | None:
    """The time at `path`, less `before`."""
    found = next(iter(values(event, path)), None)
    return found - before if isinstance(found, datetime) else None
