"""An offer of a seat, from the organiser to the mailbox and back: it is refused and taken by the links of its mails."""

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from aiosmtpd.smtp import SMTP
from pymongo import MongoClient

from services.chassis.principal import Role
from services.notify.persons.domain.addresses import Addresses
from services.notify.persons.domain.choices import Choices
from services.notify.persons.domain.person import Person, stranger
from services.notify.persons.domain.proxies import Proxy
from tests.e2e.house import Hand, House, environment, running
from tests.integration.notify.mailbox import Mailbox
from tests.waiting import eventually

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
_PATIENCE = 120.0
"""Seconds: on a machine that is busy with others what goes over Kafka takes its time."""


@dataclass
class Story:
    """A house that mails, the mailbox behind it, and what notify keeps of people."""

    house: House
    mailbox: Mailbox
    persons: Any

    def mail(self, hand: Hand) -> None:
        """Let notify know an address of somebody, as if they had confirmed it, who is told at every hour.

        These services go by the real clock: with quiet hours no mail would leave while it is night in Shanghai.
        """
        addresses = Addresses(email=f"{hand.sub}@example.org")
        self.keep(stranger(hand.sub, self.house.community).given(Choices(quiet=None), addresses))

    def keep(self, person: Person) -> None:
        """Let notify have this record of a person."""
        state = person.model_dump(mode="json", exclude={"id"})
        self.persons.insert_one({"_id": person.id, "v": 1, "state": state, "outbox": []})

    async def link(self, address: str, words: str, number: int = 1) -> str:
        """The address in the mail to `address` with `words` in its subject, the `number`th of them."""

        def found() -> str | None:
            mails = [
                mail
                for to, mail in zip(self.mailbox.to, self.mailbox.taken, strict=False)
                if to == address and words in mail["Subject"]
            ]
            plain = mails[number - 1].get_body(("plain",)) if len(mails) >= number else None
            return None if plain is None else re.findall(r"^(http\S+/answer/\S+)$", plain.get_content(), re.M)[0]

        return await eventually(found, within=_PATIENCE)


@pytest.fixture
async def story(
    mongodb_url: str, kafka_bootstrap: str, topic_prefix: str, database: str, tmp_path: Path
) -> AsyncIterator[Story]:
    mailbox = Mailbox()
    server = await asyncio.get_running_loop().create_server(lambda: SMTP(mailbox), "127.0.0.1", 0)
    mail = {
        "NOTIFY_SMTP_HOST": "127.0.0.1",
        "NOTIFY_SMTP_PORT": str(server.sockets[0].getsockname()[1]),
        "NOTIFY_SMTP_SENDER": "board@example.org",
        "NOTIFY_DELIVERY_SECONDS": "0.2",
        "LOG_LEVEL": "INFO",
        "LOG_REQUESTS": "all",
    }
    variables = environment(mongodb_url, kafka_bootstrap, topic_prefix, database, tmp_path, **mail)
    client: MongoClient[dict[str, Any]] = MongoClient(mongodb_url)
    try:
        async with running(variables, log=tmp_path / "log") as house:
            yield Story(house, mailbox, client[variables["NOTIFY_DATABASE"]]["persons"])
        said = (tmp_path / "log").read_text()
        assert "/answer/{token}" in said, "requests are logged by their routes"
        assert not re.search(r"/answer/[\w-]{20,}", said), "the token of a link stands in no log"
    finally:
        client.close()
        server.close()
        await server.wait_closed()


async def _scheduled(house: House, staff: Hand) -> str:
    """The path of an activity with one seat, which is offered when it comes free."""
    starts = datetime.now(UTC) + timedelta(days=4)
    made = await staff.post(
        "/api/events/v1/activities",
        {
            "community": house.community,
            "title": "合唱",
            "kind": "class",
            "starts_at": starts.isoformat(),
            "ends_at": (starts + timedelta(hours=2)).isoformat(),
            "venue": "central-square",
            "capacity": 1,
            "details": {"terms": {"promotion": "offer", "offer_hours": 336}},
        },
    )
    return f"/api/events/v1/activities/{made['id']}"


async def _post(house: House, link: str, comes: str, activity: str) -> httpx.Response:
    """Post the form of the page of a link, as a browser does, and follow where that leads."""
    path = link[link.index("/answer/") :]
    async with httpx.AsyncClient(base_url=house.url, timeout=30, follow_redirects=True) as browser:
        page = await browser.get(path, headers={"Accept": "text/html"})
        assert page.status_code in (200, 404)
        return await browser.post(path, headers=FORM, content=f"activity={activity}&comes={comes}")


@pytest.mark.timeout(1800)
async def test_an_offer_is_refused_and_taken_by_the_links_of_its_mails(story: Story) -> None:
    """The first has the seat and leaves; the second refuses it by the mail, whose proxy's mail the third has: their
    daughter takes it for them. What the second's old link says later, to an offer of its own, changes nothing."""
    house = story.house
    staff = house.newcomer("staff", Role.STAFF)
    first, second, third, daughter = (house.newcomer("resident", Role.RESIDENT) for _ in range(4))
    now = datetime.now(UTC)
    story.mail(second)
    story.mail(daughter)
    agreed = Proxy(person=daughter.sub, named_by=third.sub, named_at=now, agreed_at=now)
    story.keep(stranger(third.sub, house.community).model_copy(update={"proxies": (agreed,)}))
    at = await _scheduled(house, staff)
    activity = at.rpartition("/")[2]

    async def status(hand: Hand) -> str:
        answer = await hand.http.get(f"{at}/registrations/me")
        if answer.status_code == 404:
            return "none"
        return "offered" if answer.json()["answer"] == "offer" else str(answer.json()["status"])

    async def becomes(hand: Hand, wanted: str) -> None:
        async def seen() -> bool:
            return await status(hand) == wanted

        await eventually(seen, within=_PATIENCE)

    for hand in (first, second, third):
        await hand.post(f"{at}/registrations", {"party": 1})
    await first.post(f"{at}/registrations/me/withdraw")
    link = await story.link(f"{second.sub}@example.org", "有名额等您确认")
    async with httpx.AsyncClient(base_url=house.url, timeout=30) as scanner:
        for method in ("GET", "HEAD", "GET"):
            assert (await scanner.request(method, link[link.index("/answer/") :])).status_code in (200, 405)
        forged = await scanner.post("/answer/" + "A" * 34, headers=FORM, content=f"activity={activity}&comes=no")
        assert forged.status_code == 404
    assert await status(second) == "offered"
    for _ in range(2):
        said = await _post(house, link, "no", activity)
        assert (said.status_code, "您已答复：不参加" in said.text) == (200, True)
    await becomes(second, "none")
    await becomes(third, "offered")

    hers = await story.link(f"{daughter.sub}@example.org", "有名额等您确认")
    await second.post(f"{at}/registrations", {"party": 1})  # waits again, behind
    assert (await _post(house, link, "yes", activity)).status_code == 200
    assert await status(second) == "waitlisted"
    taken = await _post(house, hers, "yes", activity)
    assert "您已答复：参加" in taken.text
    await becomes(third, "registered")
    await third.post(f"{at}/registrations/me/withdraw")
    await becomes(second, "offered")
    newer = await story.link(f"{second.sub}@example.org", "有名额等您确认", 2)
    assert newer != link
    for comes in ("no", "yes"):
        await _post(house, link, comes, activity)  # of the offer before
    assert "不参加" in (await _post(house, newer, "no", activity)).text
    await becomes(second, "none")
    assert [await status(hand) for hand in (first, second, third)] == ["none"] * 3
