"""Wishes: proposed and supported by residents, one of them answered."""

import asyncio

from deploy.local.seed import tables
from deploy.local.seed.api import COMMUNITY, Api
from deploy.local.seed.cast import resident, staff

WISHES = "/api/issues/v1/wishes"


async def wish(api: Api) -> int:
    """What residents wish for; how many wishes there are."""
    known = {wish["title"]: wish["id"] for wish in await staff(api).all(WISHES)}
    await asyncio.gather(*(_wish(api, each, known.get(each.title)) for each in tables.wishes()))
    return len(tables.wishes())


async def _wish(api: Api, wish: tables.Wish, id: str | None) -> None:
    if id is None:
        body = {"community": COMMUNITY, "title": wish.title, "text": wish.text}
        proposer = resident(api, wish.proposer)
        id = (await proposer.post(WISHES, body, what=f"Wishing for {wish.title}", once=f"wish {wish.title}"))["id"]
    address = f"{WISHES}/{id}"
    if (await staff(api).get(address))["status"] != "open":
        return
    await asyncio.gather(
        *(
            resident(api, person).post(f"{address}/support", what=f"Supporting {wish.title}", unless={"wish.answered"})
            for person in tables.people({"resident": wish.supporters})
        )
    )
    if wish.verdict is not None:
        body = {"verdict": wish.verdict, "answer": wish.answer or ""}
        await staff(api).post(
            f"{address}/answer", body, what=f"Answering {wish.title}", once=f"answer {id}", unless={"wish.answered"}
        )
