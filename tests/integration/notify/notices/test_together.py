"""A command about a series tells each person once, of all its dates that concern them, and of what is true by then."""

from datetime import datetime
from typing import Any

from services.chassis.subscriber.erasure import Leaver
from services.contracts import activities as a
from services.contracts import volunteers as v
from services.notify.notices.gathering import GATHERED, KEPT, QUIET
from services.notify.routing.domain.kinds import LONGEST
from tests.integration import standing
from tests.integration.notify.calling import Api
from tests.integration.notify.house import House
from tests.integration.notify.records import Record, fact, registered, scheduled, staffed, waitlisted, withdrawn
from tests.unit.notify.given import DAY, HERE, HOUR, NOW, RESIDENT, STAFF

COMMAND = "series-1.4"
DATES = [NOW + n * DAY for n in range(1, 6)]


def cancelled(n: int, sequence: int = 9) -> Record:
    event = a.ActivityCancelled(status=a.ActivityStatus.CANCELLED, reason="老师生病", command=COMMAND)
    return fact(event, f"activity-{n}", sequence)


def moved(n: int, sequence: int, asks_until: datetime | None = None) -> Record:
    starts_at = DATES[n - 1]
    event = a.ActivityMoved(
        starts_at=starts_at + HOUR,
        ends_at=starts_at + 3 * HOUR,
        venue="plaza",
        building=None,
        previous_starts_at=starts_at,
        previous_venue="plaza",
        asks_until=asks_until,
        command=COMMAND,
    )
    return fact(event, f"activity-{n}", sequence)


def a_class() -> list[Record]:
    """Five dates: resident-1 has a seat on three and waits on one, resident-2 has a seat on one, somebody helps."""
    return [
        *(scheduled(at, f"activity-{n}") for n, at in enumerate(DATES, 1)),
        *(registered("resident-1", 2, DATES[n - 1], f"activity-{n}") for n in (1, 2, 3)),
        waitlisted("resident-1", 2, "activity-4"),
        registered("resident-2", 3, DATES[0], "activity-1"),
        staffed(["volunteer-1"], 4, "activity-5"),
    ]


async def settle(house: House) -> None:
    house.now += QUIET
    await standing.sweep(house.rooms, "gathered").once(house.clock)


async def inbox(house: House, kind: str) -> list[tuple[str, str, list[str]]]:
    """Who was told by messages of `kind`, of what, and of which activities, where these are several."""
    query = {"state.kind": kind, "state.channel": "inbox", "state.status": "delivered"}
    states = [each["state"] async for each in house.db["notices"].find(query)]
    return sorted((each["recipient"], each["about"], [part["about"] for part in each["parts"]]) for each in states)


async def test_who_is_on_several_dates_hears_of_a_class_called_off_once(house: House, api: Api) -> None:
    await house.take(a_class())
    await settle(house)
    story = [cancelled(n) for n in range(1, 6)]
    await house.take(story[:2])
    await house.take(story)
    assert await inbox(house, "activity-cancelled") == []
    await settle(house)
    assert await inbox(house, "activity-cancelled") == [
        ("resident-1", "activity-1", [f"activity-{n}" for n in (1, 2, 3, 4)]),
        ("resident-2", "activity-1", []),
        ("volunteer-1", "activity-5", []),
    ]
    before = await house.everything()
    await house.take([*a_class(), *story])
    await settle(house)
    assert await house.everything() == before, "facts that are read again tell nothing new"

    (told,) = [
        each
        for each in (await api.call(RESIDENT, "GET", "/me/notices")).json()["items"]
        if each["kind"] == "activity-cancelled"
    ]
    assert "4 次" in told["subject"]
    assert told["body"].count("\n- ") == 4
    assert "老师生病" in told["body"]
    questions: list[dict[str, Any]] = [
        {"about": "activity-3"},
        {"cause": "activity-3.9"},
        {"cause": COMMAND, "person": "resident-1"},
    ]
    for asked in questions:
        why = (await api.call(STAFF, "GET", "/why", community=HERE, **asked)).json()["items"]
        of_it = [each for each in why if each["kind"] == "activity-cancelled" and each["channel"] == "inbox"]
        assert [(each["recipient"], len(each["activities"])) for each in of_it] == [("resident-1", 4)]
    one = await api.call(STAFF, "GET", "/why/one", community=HERE, person="resident-1", about="activity-3")
    assert one.json()["verdict"] == "told"


async def test_what_is_not_true_any_more_when_the_message_is_made_or_leaves_is_left_out(house: House) -> None:
    await house.know("resident-1", "one@example.org")
    await house.take(a_class())
    await house.take([moved(n, 5) for n in (1, 2, 3, 4, 5)])
    await house.take([withdrawn("resident-1", 6, "activity-2")])
    await settle(house)
    assert await inbox(house, "activity-moved") == [
        ("resident-1", "activity-1", ["activity-1", "activity-3", "activity-4"]),
        ("resident-2", "activity-1", []),
        ("volunteer-1", "activity-5", []),
    ]
    (mail,) = await _mails(house)
    assert [each["about"] for each in mail["parts"]] == ["activity-1", "activity-3", "activity-4"]
    assert [each["particulars"]["waitlisted"] for each in mail["parts"]] == [None, None, True]
    await house.take([cancelled(3, 7)])  # one date is cancelled before the mail has left
    (mail,) = await _mails(house)
    assert [each["about"] for each in mail["parts"]] == ["activity-1", "activity-4"]
    await house.take([cancelled(1, 7), cancelled(4, 7)])
    (mail,) = await _mails(house)
    assert (mail["status"], mail["reason"]) == ("suppressed", "superseded")
    late = [moved(5, 8)]
    await settle(house)
    await house.take(late)
    await settle(house)
    helped = [each for each in await inbox(house, "activity-moved") if each[0] == "volunteer-1"]
    assert len(helped) == 2, "what comes when the others were told is told by itself"


async def _mails(house: House) -> list[dict[str, Any]]:
    query = {"state.kind": "activity-moved", "state.channel": "email", "state.recipient": "resident-1"}
    return [each["state"] async for each in house.db["notices"].find(query)]


async def test_an_enrolment_is_confirmed_once_and_a_seat_that_follows_from_it_stands_on_record(house: House) -> None:
    made = a.EnrolmentMade(
        series="series-1", person="resident-1", party=1, left_out=[], stands=True, title="四点半小课堂"
    )
    follows: dict[str, Any] = {"party": 1, "command": "enrolment-1.1"}
    await house.take(
        [
            *(scheduled(at, f"activity-{n}") for n, at in enumerate(DATES, 1)),
            fact(made, "enrolment-1", 1),
            *(
                fact(
                    a.ActivityRegistered(person="resident-1", starts_at=DATES[n - 1], taken=1, **follows),
                    f"activity-{n}",
                    2,
                )
                for n in (1, 2, 3)
            ),
            fact(a.ActivityWaitlisted(person="resident-1", position=2, waiting=2, **follows), "activity-4", 2),
        ]
    )
    await settle(house)
    assert [each[2] for each in await inbox(house, "series-enrolled")] == [
        ["enrolment-1", *(f"activity-{n}" for n in (1, 2, 3, 4))]
    ]
    in_sight = a.ActivityRegistered(
        person="resident-1", starts_at=DATES[4], taken=1, party=1, as_enrolled=True, command="series-1.2"
    )
    await house.take([fact(in_sight, "activity-5", 2)])
    await settle(house)
    assert await inbox(house, "registration-confirmed") == []
    recorded = await house.told(about="activity-5")
    assert recorded == [("resident-1", "registration-confirmed", "inbox", "suppressed", "superseded")]


async def test_who_was_asked_to_help_on_several_dates_is_told_once_that_they_are_not_needed(house: House) -> None:
    released = [v.OfferRef(offer="offer-1", person="volunteer-1")]
    off = v.NeedCancelled(activity="activity-1", status=v.NeedStatus.CANCELLED, released=released, command=COMMAND)
    await house.take([fact(off, f"need-{n}", 4) for n in (1, 2, 3)])
    await settle(house)
    told = [("volunteer-1", "need-1", ["need-1", "need-2", "need-3"])]
    assert await inbox(house, "seat-released") == told


async def test_of_who_is_erased_nothing_waits(house: House) -> None:
    await house.take(a_class())
    await house.take([moved(n, 5) for n in (1, 2, 3)])
    notices = next(room for room in house.rooms if room.name == "notices")
    assert notices.erase is not None
    await notices.erase(Leaver("resident-1", None, "erased-1"))
    assert await house.db["gathered"].count_documents({"people": "resident-1"}) == 0
    assert await house.db["gathered"].count_documents({"people": "resident-2"}) == 1


async def test_what_was_gathered_is_forgotten_when_nothing_of_it_would_be_sent_any_more(house: House) -> None:
    await house.take(a_class())
    await settle(house)
    story = [cancelled(n) for n in range(1, 6)]
    await house.take(story)
    await settle(house)
    before = await house.everything()
    indexes = await house.db[GATHERED].index_information()
    assert indexes["kept"]["key"] == [("at", 1)]
    assert indexes["kept"]["expireAfterSeconds"] == KEPT.total_seconds() > LONGEST.total_seconds()

    house.now += KEPT
    await house.db[GATHERED].delete_many({"at": {"$lte": house.now - KEPT}})  # as the store does by that index
    assert await house.db[GATHERED].count_documents({}) == 0
    await house.take(story)
    await settle(house)
    assert await house.db[GATHERED].count_documents({}) == 0
    assert await house.everything() == before, "facts that are read again tell nothing new"
