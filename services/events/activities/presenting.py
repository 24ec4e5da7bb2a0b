"""Shows activities to callers: with names beside codes and ids, and with what the caller may do now.

Names come from memory and are read before (`ready`), since an answer to a command is made inside the write that keeps
it.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Protocol

from services.chassis.cache import Cache
from services.chassis.clock import Clock
from services.chassis.http.language import Language
from services.chassis.principal import Principal
from services.chassis.store.aggregates import Aggregates, Page, Stored
from services.contracts.activities import ActivityDetails, ActivityKind
from services.events.activities.domain.activity import Activity
from services.events.activities.domain.possible import ActivityPossibility, possible
from services.events.activities.views import ActivityNames, ActivityView, CommandView, ShownToCaller, public_fields
from services.events.names.store import CommunityNames, Names
from services.events.names.words import KINDS, STATUSES, Name

_SEEN = 50_000


class Planned(Protocol):
    """An activity, a series or a draft, in what has a name beside it."""

    @property
    def kind(self) -> ActivityKind: ...
    @property
    def venue(self) -> str | None: ...
    @property
    def building(self) -> str | None: ...
    @property
    def details(self) -> ActivityDetails: ...


class Possibility(Protocol):
    """A command with what people call it."""

    @property
    def command(self) -> str: ...
    @property
    def zh(self) -> str: ...
    @property
    def en(self) -> str: ...


class ActivityPresenter:
    """Shows activities; `rules` are the commands that there are, of all rooms."""

    def __init__(self, names: Names, rules: Sequence[ActivityPossibility], clock: Clock) -> None:
        self._names = names
        self._rules = rules
        self._clock = clock
        self._communities = Cache[str, str](_SEEN)

    async def prepare(self, page: Page[Activity]) -> None:
        """Read the names for the activities of `page`."""
        for community in {stored.aggregate.community for stored in page.items}:
            await self._names.of(community)

    async def ready(self, activities: Aggregates[Activity], id: str) -> None:
        """Read the names for activity `id`, where there is one."""
        community = self._communities.get(id)
        if community is None and (stored := await activities.find(id)) is not None:
            community = self._communities.put(id, stored.aggregate.community)
        if community is not None:
            await self._names.of(community)

    async def at_home(self, community: str) -> None:
        """Read the names for an activity of `community` that is to be made."""
        await self._names.of(community)

    def view(self, by: Principal | None, language: Language) -> Callable[[Stored[Activity]], ActivityView]:
        """The view of an activity for `by`, or for anybody (None)."""

        def shown(stored: Stored[Activity]) -> ActivityView:
            seen = replace(stored, aggregate=stored.aggregate.as_seen_by(by))
            return ActivityView(**public_fields(seen), **self.shown(seen, by, language))

        return shown

    def shown(self, stored: Stored[Activity], by: Principal | None, language: Language) -> ShownToCaller:
        """The names and commands of an activity, for `by`."""
        activity = stored.aggregate
        can = () if by is None or activity.hides_from(by) else possible(activity, by, self._clock(), self._rules)
        known = self._names.known(activity.community)
        return {
            "names": names_of(activity, STATUSES[activity.status], known, language),
            "can": commands_of(can, language),
        }


def names_of(planned: Planned, status: Name, known: CommunityNames, language: Language) -> ActivityNames:
    """The words for the codes and ids of what is planned; `status` says where it stands."""
    details = planned.details
    venue = None if planned.venue is None else known.venues.get(planned.venue)
    building = known.building_of(planned.venue, planned.building)
    host = None if details.host is None else known.hosts.get(details.host)
    written = details.hosted_by if language == "zh" else details.hosted_by_en or details.hosted_by
    return ActivityNames(
        kind=KINDS[planned.kind].in_(language),
        status=status.in_(language),
        venue=None if venue is None else venue.in_(language),
        building=None if building is None else building.in_(language),
        host=written if host is None else host.name.in_(language),
    )


def commands_of(can: Iterable[Possibility], language: Language) -> list[CommandView]:
    """What the caller may do, in their language."""
    return [CommandView(command=each.command, title=each.zh if language == "zh" else each.en) for each in can]
