"""One's own calendar: read back by the library that calendar programs use, without anything of whoever is helped."""

from icalendar import Calendar

from services.chassis.store.aggregates import Stored
from services.contracts.volunteers import NeedStatus
from services.volunteers.calendars.icalendar import calendar
from services.volunteers.names.store import CommunityNames, Name
from tests.unit.volunteers.making import a_need, accepted, offered
from tests.unit.volunteers.world import HERE, NOW

NAMES = {HERE: CommunityNames({"building-16": Name(zh="16号楼")})}


def test_accepted_asked_and_cancelled_services_are_told_apart() -> None:
    yes = accepted(a_need("need-1", category="visit", building="building-16", barred=frozenset({"elder-1"})), "ann")
    asked = offered(a_need("need-2", category="haircut"), "ann")
    gone = yes.model_copy(update={"id": "need-3", "status": NeedStatus.CANCELLED})
    body = calendar([Stored(yes, 3), Stored(asked, 2), Stored(gone, 9)], "ann", NAMES, NOW)
    entries = Calendar.from_ical(body).walk("VEVENT")
    told = [(str(e["status"]), str(e["summary"]), str(e.get("location", "")), e["sequence"]) for e in entries]
    assert told == [
        ("CONFIRMED", "上门慰问", "16号楼", 3),
        ("TENTATIVE", "上门理发（待答复）", "", 2),
        ("CANCELLED", "上门慰问", "16号楼", 9),
    ]
    start = entries[0].decoded("dtstart")
    assert (start, start.tzinfo.key) == (yes.starts_at, "Asia/Shanghai")
    assert [len(e.walk("VALARM")) for e in entries] == [1, 0, 0]
    assert b"elder-1" not in body
