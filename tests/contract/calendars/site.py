"""The pages of a full calendar, as the service serves them."""

from datetime import timedelta

from services.chassis.http.language import Language
from services.chassis.store.aggregates import Stored
from services.contracts.activities import ActivityDetails, ActivityKind, HostKind
from services.events.activities.domain import ending, scheduling
from services.events.activities.domain.activity import Activity
from services.events.attendance.door import PRINTED_CSP, printable
from services.events.attendance.views import DoorList
from services.events.names.store import CommunityNames, Host
from services.events.names.words import Name
from services.events.pages.api import CSP, DOOR_CSP
from services.events.pages.days import Span, laid_out
from services.events.pages.page import ASSETS, Pages
from services.events.pages.settings import ServiceDesk
from services.events.registrations import domain as registrations
from services.events.series.domain import series as rules
from tests.unit.events.given import END, HOME, HOUR, NOW, STAFF, START, activity, plan, resident
from tests.unit.events.pictures.test_images import photo

ORIGIN = "https://calendar.example.org"
LANGUAGES: tuple[Language, ...] = ("zh", "en")
DESK = ServiceDesk(
    community_zh="阳光社区", community_en="Sunshine Community", zh="服务大厅", en="Service hall", phone="010-0000 0000"
)
PAGES = Pages({HOME: DESK}, ORIGIN)
NAMES = CommunityNames(
    venues={"committee-hall": Name(zh="议事厅", en="Committee hall")},
    buildings={"building-9": Name(zh="9号楼", en="Building 9")},
    hosts={"unit-1": Host("unit-1", HostKind.UNIT, Name(zh="社区卫生服务站", en="Health station"))},
)
DETAILS = ActivityDetails.model_validate(
    {
        "description": "量血压、测血糖。\n家属可以陪同。",
        "description_en": "Blood pressure and blood sugar.\nRelatives are welcome.",
        "bring": "医保卡",
        "bring_en": "Insurance card",
        "host_kind": "unit",
        "host": "unit-1",
        "max_age": 90,
        "admits": "women",
        "accessibility": ["wheelchair", "large-print"],
        "insurance": "policy-1",
        "pictures": [{"picture": f"picture-{n}", "zh": "大家在量血压", "en": "Blood pressure"} for n in range(3)],
        "terms": {
            "groups": [{"group": "elders", "zh": "老人", "en": "Elders", "capacity": 3}],
            "priority": ["elders"],
            "priority_rule": "七十岁以上优先",
            "priority_rule_en": "From seventy on first",
            "opens_hours_before": 24,
        },
    }
)


def _activities() -> list[Activity]:
    """One of each look: free places, full with people waiting, cancelled, over, several whole days."""
    full = activity(capacity=2)
    for n in (1, 2):
        full = registrations.register(full, f"resident-{n}", 2, resident(n), NOW).aggregate
    fair = activity(
        title="两天的集市", title_en="A fair", starts_at=START - 9 * HOUR, ends_at=START + 39 * HOUR, all_day=True
    )
    moved = scheduling.move(
        activity(kind=ActivityKind.CLASS, details=DETAILS, min_age=18, guardian_required=True),
        STAFF,
        NOW,
        starts_at=START + HOUR,
        ends_at=END + HOUR,
        venue="committee-hall",
        building="building-9",
    ).aggregate
    off = ending.cancel(activity(title="取消的活动"), STAFF, NOW, "大雨").aggregate
    over = ending.complete(activity(title="结束的活动", kind=ActivityKind.FESTIVAL), STAFF, END).aggregate
    shown = (moved, full, fair, off, over)
    return [each.model_copy(update={"id": f"activity-{n}"}) for n, each in enumerate(shown)]


def pages() -> dict[str, str]:
    """Every page by its path."""
    made, activities, on = dict[str, str](), _activities(), (START + timedelta(hours=8)).date()
    series = rules.start("series-1", HOME, plan(details=DETAILS), "FREQ=WEEKLY;BYDAY=SA", STAFF, NOW).aggregate
    off = rules.end(series, STAFF, NOW, cancels=True).aggregate
    for lang in LANGUAGES:
        for span in Span:
            days = laid_out(span, on, activities)
            made[f"/{lang}/{span}.html"] = PAGES.calendar(HOME, days, span, on, on, NAMES, lang)
        made[f"/{lang}/empty.html"] = PAGES.calendar(HOME, laid_out(Span.WEEK, on, []), Span.WEEK, on, on, NAMES, lang)
        for each in activities:
            made[f"/{lang}/{each.id}.html"] = PAGES.activity(Stored(each, 1), NOW, NAMES, lang)
        made[f"/{lang}/gone.html"] = PAGES.gone(HOME, NAMES, lang)
        made[f"/{lang}/nowhere.html"] = PAGES.no_calendar(lang)
        made[f"/{lang}/series.html"] = PAGES.series(series, activities, NAMES, lang, on)
        made[f"/{lang}/series-planned.html"] = PAGES.series(series, [], NAMES, lang, on)
        made[f"/{lang}/series-off.html"] = PAGES.series(off, [], NAMES, lang, on)
        made[f"/{lang}/door.html"] = PAGES.door(activities[0], NAMES, lang)
        made[f"/{lang}/door-list.html"] = printable(DoorList.of(Stored(activities[1], 1), {}), NAMES, lang)
    return made


def contents() -> dict[str, bytes]:
    """What a server shows of it: the pages and what belongs to them."""
    made = {path: html.encode() for path, html in pages().items()}
    made |= {f"/calendar/assets/{file.name}": file.read_bytes() for file in ASSETS.iterdir()}
    picture = photo(size=(320, 200))
    return made | {
        f"/api/events/v1/pictures/picture-{n}{small}": picture for n in range(3) for small in ("", "/thumbnail")
    }


def policy(path: str) -> str:
    """The policy with which a page is sent."""
    return {"door.html": DOOR_CSP, "door-list.html": PRINTED_CSP}.get(path.rpartition("/")[2], CSP)
