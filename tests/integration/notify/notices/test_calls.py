"""The call list of a community: for its office alone, with what to say, until somebody has called."""

from services.contracts import issues as i
from services.notify.channels.pacing import Pacing
from services.notify.notices.delivery import Delivery
from services.notify.notices.wording import Wording
from services.notify.persons.domain.choices import OfClass
from services.notify.routing.domain.kinds import MessageClass
from services.notify.shared.values import Way
from tests.integration import standing
from tests.integration.notify.calling import Api
from tests.integration.notify.house import House
from tests.integration.notify.records import a_case, fact
from tests.unit.notify.given import HERE, NAMES, NEIGHBOUR, RESIDENT, STAFF, STAFF_ELSEWHERE
from tests.unit.notify.pdf_text import words_of

LIST = f"/communities/{HERE}/calls"


async def test_an_elder_without_a_phone_is_called_and_leaves_the_list(house: House, api: Api) -> None:
    by_voice = {MessageClass.SERVICE: OfClass(channels=(Way.CALL,))}
    await house.know("resident-1", None, classes=by_voice)
    await house.take([fact(i.PlaceRegistered(kind=i.PlaceKind.BUILDING, title="9号楼", number=9), "place-9", 1)])
    await api.call(RESIDENT, "PUT", "/me/home", {"community": HERE, "building": "place-9", "age_band": "elder"})
    await house.take(a_case())
    await Delivery(house.notices, house.persons, {}, Wording(NAMES), Pacing(house.db), house.clock).once()
    items = (await api.call(STAFF, "GET", LIST)).json()["items"]
    assert {(each["person"], each["building"], each["phone"]) for each in items} == {("resident-1", "9号楼", None)}
    assert any("楼道灯不亮" in each["words"] for each in items)
    sheet = await api.call(STAFF, "GET", f"{LIST}/sheet")
    assert (sheet.status_code, sheet.headers["content-type"]) == (200, "application/pdf")
    assert "no-store" in sheet.headers["cache-control"]
    assert "9号楼" in words_of(sheet.content)
    assert (await api.call(NEIGHBOUR, "GET", LIST)).status_code == 403
    assert (await api.call(STAFF_ELSEWHERE, "GET", f"{LIST}/sheet")).status_code == 403
    for each in items:
        told = f"/calls/{each['id']}/outcome"
        assert (await api.call(STAFF_ELSEWHERE, "POST", told, {"outcome": "told"})).status_code == 404
        assert (await api.call(STAFF, "POST", told, {"outcome": "told"})).status_code == 200
    assert (await api.call(STAFF, "GET", LIST)).json()["items"] == []


async def test_who_wants_no_such_messages_any_more_leaves_the_list(house: House, api: Api) -> None:
    await house.know("resident-1", None, quiet=None, classes={MessageClass.SERVICE: OfClass(channels=(Way.CALL,))})
    await house.take(a_case())
    await Delivery(house.notices, house.persons, {}, Wording(NAMES), Pacing(house.db), house.clock).once()
    assert (await api.call(STAFF, "GET", LIST)).json()["items"] != []
    choices = {"community": HERE, "classes": {"service": {"off": True}}}
    assert (await api.call(RESIDENT, "PUT", "/me/preferences", choices)).status_code == 200
    await standing.sweep(house.rooms, "look-again").once(house.clock)
    assert (await api.call(STAFF, "GET", LIST)).json()["items"] == []
