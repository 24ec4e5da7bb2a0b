"""Pictures over HTTP: sent by those who plan, private until something public shows them, and gone when nothing does."""

from datetime import timedelta
from typing import Any

from services.chassis.principal import Role
from services.chassis.runtime import Runtime
from services.chassis.store.aggregates import Aggregates
from services.chassis.subscriber.erasure import Leaver
from services.events.activities.domain.activity import Activity
from services.events.drafts.store import DRAFT
from services.events.pictures import room
from services.events.pictures.shown import PicturesShown
from services.events.pictures.store import LOOSE, Pictures
from services.events.pictures.sweeps import LoosePictures
from services.events.series.store import SERIES
from services.events.settings import EventsSettings
from tests.integration.calling import Caller, Hand, fine
from tests.integration.events.calling import an_activity
from tests.integration.events.planned import walks_an_index
from tests.unit.events.given import HOME, ORGANISER, STAFF, person, resident
from tests.unit.events.pictures.test_images import photo

ELSEWHERE = person("staff-9", Role.STAFF, home="elsewhere")


async def _sent(api: Caller, by: Any = ORGANISER, community: str = HOME, size: tuple[int, int] = (64, 48)) -> Any:
    data, files = {"community": community}, {"picture": ("a.jpg", photo(size=size), "image/jpeg")}
    return fine(await api.send(by, "POST", "/pictures", data=data, files=files))


def _showing(picture: str, **changes: Any) -> dict[str, Any]:
    details = {"pictures": [{"picture": picture, "zh": "大家在量血压", "en": "Blood pressure"}]}
    return an_activity(details=details, **changes)


async def _statuses(api: Caller, sent: Any, *readers: Any) -> list[int]:
    return [(await api.get(by, sent["thumbnail"])).status_code for by in readers]


async def test_a_picture_is_private_until_an_activity_shows_it(api: Caller) -> None:
    sent = await _sent(api)
    assert (sent["width"], sent["height"]) == (64, 48)
    assert (await _sent(api, STAFF))["id"] == sent["id"], "the same picture is the same"
    readers = (STAFF, ORGANISER, resident(1), None, ELSEWHERE)
    assert await _statuses(api, sent, *readers) == [200, 200, 404, 404, 404]
    draft = {"title": "春游", "kind": "festival", "details": _showing(sent["id"])["details"]}
    await api.ok(ORGANISER, "/drafts", {"community": HOME, **draft})
    assert (await _statuses(api, sent, None)) == [404], "a draft is nobody else's"
    made = await api.ok(STAFF, "/activities", _showing(sent["id"]))
    assert await _statuses(api, sent, *readers) == [200] * 5
    shown = await api.get(None, sent["url"])
    assert (shown.headers["content-type"], b"canary" in shown.content) == ("image/jpeg", False)
    again = await api.get(None, sent["url"], {"If-None-Match": shown.headers["etag"]})
    assert again.status_code == 304
    page = (await api.get(None, f"http://events.test/calendar/{HOME}/{made['id']}?lang=en")).text
    assert f'<img src="{sent["url"]}" alt="Blood pressure">' in page
    data = (await api.get(None, f"/activities/{made['id']}/schema-org")).json()
    assert [image["caption"] for image in data["image"]] == ["大家在量血压"]
    ics = (await api.get(None, f"/communities/{HOME}/calendar.ics")).text.replace("\r\n ", "")
    assert f"/api/events/v1/pictures/{sent['id']}" in next(ln for ln in ics.splitlines() if ln.startswith("IMAGE;"))
    await api.ok(STAFF, f"/activities/{made['id']}/change", {"details": {"pictures": []}})
    assert (await _statuses(api, sent, None)) == [404], "what nothing shows any more is private again"


async def test_nobody_shows_pictures_that_are_not_of_their_community(api: Caller) -> None:
    theirs = await _sent(api, ELSEWHERE, "elsewhere")
    made = await api.ok(STAFF, "/activities", an_activity())
    details = _showing(theirs["id"])["details"]
    for path, body in (
        ("/activities", _showing(theirs["id"])),
        (f"/activities/{made['id']}/change", {"details": details}),
        ("/series", _showing("nothing", rule="FREQ=WEEKLY")),
        ("/drafts", {"community": HOME, "title": "春游", "kind": "festival", "details": details}),
    ):
        answer = await api.post(STAFF, path, body)
        assert (answer.status_code, answer.json()["code"]) == (422, "picture.unknown"), path
    refused = await api.send(
        resident(1), "POST", "/pictures", data={"community": HOME}, files={"picture": ("a.jpg", photo(), "image/jpeg")}
    )
    assert refused.status_code == 403
    assert (await api.get(None, theirs["url"])).status_code == 404


async def test_what_nothing_shows_goes_after_some_days_and_with_who_sent_it(
    api: Caller, hand: Hand, runtime: Runtime[EventsSettings], activities: Aggregates[Activity]
) -> None:
    kept, loose, erased = [await _sent(api, size=(side, 40)) for side in (50, 60, 70)]
    await api.ok(STAFF, "/series", _showing(kept["id"], rule="FREQ=WEEKLY"))
    pictures = Pictures(runtime.database, hand, 10)
    shown = PicturesShown(
        activities.collection, runtime.aggregates(SERIES).collection, runtime.aggregates(DRAFT).collection
    )
    sweep = LoosePictures(pictures, shown)
    assert await sweep.once(hand) == 0
    await pictures.collection.update_one({"_id": erased["id"]}, {"$set": {"owner": "leaver"}})
    await room.erase(pictures, shown, Leaver("leaver", None, "nobody"))
    assert await pictures.collection.distinct("_id") == sorted([kept["id"], loose["id"]])
    hand.wait(LOOSE + timedelta(hours=1))
    assert (await sweep.once(hand), await sweep.once(hand)) == (1, 0)
    await room.erase(pictures, shown, Leaver(ORGANISER.sub, HOME, "nobody"))
    (left,) = [document async for document in pictures.collection.find({})]
    assert (left["_id"], left["owner"]) == (kept["id"], None)
    showing = {"state.details.pictures.picture": kept["id"], "state.details.pictures.0": {"$exists": True}}
    await walks_an_index(activities, showing, None)
