"""Volunteers and teams."""

import asyncio
from collections.abc import Mapping
from typing import Any

from deploy.local.seed import calendar, tables
from deploy.local.seed.api import COMMUNITY, Api
from deploy.local.seed.cast import staff, volunteer
from deploy.local.seed.places import Ground

VOLUNTEERS = "/api/volunteers/v1/volunteers"
TEAMS = "/api/volunteers/v1/teams"
_CERTIFIED_FOR = 3
"""Years, this one included."""


async def register(api: Api, ground: Ground) -> int:
    """Enter who isn't a volunteer yet, by the staff, who have seen what they can do; how many may act.

    What staff enter of others is verified by that; that somebody may act is said on its own.
    """
    known = {volunteer["person"] for volunteer in await staff(api).all(VOLUNTEERS)}
    everybody = [(person, group) for group in tables.groups() for person in group.people]
    homes = sorted(ground.buildings)
    await asyncio.gather(
        *(
            _register(api, person, group, ground.buildings[homes[place % len(homes)]])
            for place, (person, group) in enumerate(everybody)
            if person not in known
        )
    )
    ours = {person for person, _ in everybody}
    waiting = await staff(api).all(VOLUNTEERS, approved="false")
    await asyncio.gather(*(_approve(api, volunteer) for volunteer in waiting if volunteer["person"] in ours))
    return len(everybody)


async def _register(api: Api, person: str, group: tables.Group, building: str) -> None:
    valid = f"{calendar.now().astimezone(calendar.ZONE).year + _CERTIFIED_FOR - 1}-12-31"
    body = {
        "community": COMMUNITY,
        "person": person,
        "skills": group.skills,
        "building": building,
        "adult": True,
        "certificates": [{"code": code, "valid_until": valid} for code in group.certificates],
    }
    await staff(api).post(
        VOLUNTEERS, body, what=f"Registering {person}", once=f"volunteer {person}", unless={"already-exists"}
    )


async def _approve(api: Api, known: Mapping[str, Any]) -> None:
    await staff(api).post(f"{VOLUNTEERS}/{known['id']}/approve", what=f"Approving {known['person']}")


async def form_teams(api: Api) -> int:
    """Form what isn't there and let who is missing join; how many teams there are."""
    known = {team["title"]: team for team in await staff(api).all(TEAMS)}
    await asyncio.gather(*(_form(api, each, known.get(each.title)) for each in tables.teams()))
    return len(tables.teams())


async def _form(api: Api, team: tables.Team, known: Mapping[str, Any] | None) -> None:
    if known is None:
        body = {"community": COMMUNITY, "leader": team.people[0], **team.model_dump(exclude={"members"})}
        known = await staff(api).post(TEAMS, body, what=f"Forming {team.title}", once=f"team {team.title}")
    for person in team.people:
        if person not in known["people"]:
            address = f"{TEAMS}/{known['id']}/join"
            await volunteer(api, person).post(address, what=f"Letting {person} join {team.title}")
