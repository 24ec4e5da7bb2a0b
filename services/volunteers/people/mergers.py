"""Follows mergers of two records of one person: what names the record that ended names the record that goes on."""

from collections.abc import Awaitable, Callable
from typing import TypeAlias

from services.chassis.store.aggregates import Aggregates
from services.volunteers.people.domain.volunteer import Volunteer, volunteer_id

Move: TypeAlias = Callable[[str, str], Awaitable[None]]
"""A function that lets everything that names one person, whose record ended, name another."""


async def last_record(volunteers: Aggregates[Volunteer], community: str, person: str) -> Volunteer | None:
    """The record under which `person` goes on, through all mergers: mostly their own. None if there is none."""
    found, before = await volunteers.find(volunteer_id(community, person)), {person}
    while found is not None and (into := found.aggregate.merged_into) is not None and into not in before:
        before.add(into)
        found = await volunteers.find(volunteer_id(community, into))
    return None if found is None else found.aggregate


async def names_of(volunteers: Aggregates[Volunteer], community: str, person: str) -> frozenset[str]:
    """`person`, and the person under whose record they go on, where that is another."""
    last = await last_record(volunteers, community, person)
    return frozenset({person}) if last is None or last.erased else frozenset({person, last.person})


async def follow_merger(volunteers: Aggregates[Volunteer], community: str, ended: str, into: str, move: Move) -> None:
    """Carry out `move` from the record that ended, to the record under which the person goes on by now.

    That may have been merged into a third one, whose event was taken before, or is taken at the same time. So the
    record is read after each move, and what was moved meanwhile is moved on. `move` may be carried out several times.
    """
    moved, to = [ended], await _person(volunteers, community, into)
    while True:
        for person in moved:
            if person != to:
                await move(person, to)
        now = await _person(volunteers, community, to)
        if now == to or now in moved:
            return
        moved.append(to)
        to = now


async def _person(volunteers: Aggregates[Volunteer], community: str, person: str) -> str:
    last = await last_record(volunteers, community, person)
    return person if last is None or last.erased else last.person
