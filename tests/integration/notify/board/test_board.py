"""The board, counted from copies of others' states and read over HTTP by everybody."""

import json
from datetime import timedelta
from typing import Any
from xml.etree.ElementTree import fromstring

from services.chassis.auth.development import DevelopmentIssuer
from services.contracts import activities as a
from services.contracts import issues as i
from services.contracts import volunteers as v
from services.notify.app import service
from services.notify.settings import NotifySettings
from tests.integration import standing
from tests.integration.notify.calling import Api
from tests.integration.notify.house import House, a_house
from tests.integration.notify.records import Record, state, tombstone
from tests.unit.notify.given import DAY, HOUR, NOW


def places(buildings: int = 20) -> list[Record]:
    compound = i.PlaceState(kind=i.PlaceKind.COMPOUND, title="都市小区", households=2535, residents=6000)
    houses = [
        i.PlaceState(kind=i.PlaceKind.BUILDING, title=f"{n}号楼", number=n, parent="place-0", households=126)
        for n in range(1, buildings + 1)
    ]
    return [state(place, f"place-{n}") for n, place in enumerate([compound, *houses])]


def visit(building: int, found: int, fixed: int, n: int) -> Record:
    findings = [
        i.FindingData(
            id=f"finding-{n}-{k}", category="lighting", fixed=k < fixed, case=None if k < fixed else f"c-{n}-{k}"
        )
        for k in range(found)
    ]
    shown = i.VisitState(
        round="round-1", building=f"place-{building}", floor=n, walker="grid-1", visited_at=NOW, findings=findings
    )
    return state(shown, f"visit-{n}")


def walk(covered: list[int]) -> Record:
    shown = i.RoundState(
        buildings=[f"place-{n}" for n in covered],
        walker="grid-1",
        starts_at=NOW,
        status=i.RoundStatus.COMPLETED,
        covered=[f"place-{n}" for n in covered],
        floors_visited=27,
        findings=75,
    )
    return state(shown, "round-1")


def case(id: str, status: i.CaseStatus, sequence: int = 1, **fields: Any) -> Record:
    shown = i.CaseState(
        **{
            "category": "lighting",
            "category_zh": "公共照明",
            "category_en": "Lighting",
            "priority": i.Priority.NORMAL,
            "place": "place-9",
            "building": "place-9",
            "channel": i.Channel.ROUND,
            "reporter": "grid-1",
            "status": status,
            "reported_at": NOW,
            "closed_at": NOW if status in (i.CaseStatus.VERIFIED, i.CaseStatus.EVALUATED) else None,
            **fields,
        }
    )
    return state(shown, id, sequence)


def activity(
    id: str,
    starts_in: timedelta,
    status: a.ActivityStatus = a.ActivityStatus.SCHEDULED,
    *,
    private: bool = False,
) -> Record:
    shown = a.ActivityState(
        title=f"活动 {id}",
        kind=a.ActivityKind.CLASS,
        starts_at=NOW + starts_in,
        ends_at=NOW + starts_in + HOUR,
        venue="plaza",
        organiser="staff-1",
        capacity=20,
        taken=18,
        waiting=0,
        attended=0,
        volunteers_needed=2,
        volunteers=["volunteer-1", "volunteer-2"],
        guardian_required=False,
        private=private,
        status=status,
    )
    return state(shown, id)


def volunteering() -> list[Record]:
    return [
        state(v.AccountState(volunteer="volunteer-1", minutes=90), "account-1"),
        state(v.AccountState(volunteer="volunteer-2", minutes=150), "account-2"),
        *(state(v.AccountState(volunteer=f"volunteer-{n}", minutes=20), f"account-{n}") for n in range(3, 6)),
        state(
            v.VolunteerState(person="volunteer-1", skills=[], status=v.VolunteerStatus.ACTIVE, registered_at=NOW),
            "volr-1",
        ),
        state(
            v.TeamState(
                title="都市阳光舞蹈队",
                kind=v.TeamKind.HOBBY,
                leader="volunteer-1",
                members=12,
                recruiting=True,
                formed_at=NOW,
            ),
            "team-1",
        ),
    ]


def wish() -> Record:
    shown = i.WishState(
        title="建老年食堂",
        proposer="resident-1",
        status=i.WishStatus.ACCEPTED,
        supporters=128,
        proposed_at=NOW,
        answer="已列入明年计划",
        answered_at=NOW,
    )
    return state(shown, "wish-1")


def everything() -> list[Record]:
    return [
        *places(),
        walk([1, 2, 9]),
        visit(1, 5, 5, 1),
        visit(1, 3, 1, 2),
        visit(9, 4, 3, 3),
        case("c-2-1", i.CaseStatus.VERIFIED, building="place-1"),
        case("c-2-2", i.CaseStatus.DISPATCHED, building="place-1", due_at=NOW + DAY),
        case("c-3-3", i.CaseStatus.EVALUATED),
        case("own-1", i.CaseStatus.HANDLED, channel=i.Channel.RESIDENT, due_at=NOW - HOUR, overdue=True, title="漏水"),
        case("own-2", i.CaseStatus.REPORTED, channel=i.Channel.RESIDENT),
        case("own-3", i.CaseStatus.REJECTED, channel=i.Channel.RESIDENT),
        activity("activity-past", -2 * HOUR),
        activity("activity-off", 2 * HOUR, a.ActivityStatus.CANCELLED),
        activity("activity-private", 2 * HOUR, private=True),
        activity("activity-next", 3 * HOUR),
        activity("activity-later", 3 * DAY),
        *volunteering(),
        wish(),
    ]


async def _board(api: Api) -> Any:
    return (await api.call(None, "GET", "/board/sunshine")).json()


async def test_the_figures_are_those_of_the_states(house: House, api: Api) -> None:
    await house.take(everything())
    board = (await api.call(None, "GET", "/api/notify/v1/board/sunshine")).json()
    assert (board["households"], board["residents"]) == (2535, 6000)
    found = board["findings"]
    assert (found["found"], found["on_the_spot"], found["put_right"], found["put_right_percent"]) == (12, 9, 11, 91)
    assert [(b["building"]["number"], b["found"], b["put_right"]) for b in found["by_building"]] == [
        (1, 8, 7),
        (9, 4, 4),
    ]
    assert [b["on_the_spot_percent"] for b in found["by_building"]] == [75, 75]
    assert len(board["coverage"]["buildings"]) == 20
    assert board["coverage"]["covered"] == ["place-1", "place-2", "place-9"]
    cases = board["cases"]
    assert (cases["reported"], cases["closed"], cases["open"], cases["overdue"]) == (6, 2, 3, 1)
    assert [c["id"] for c in cases["waiting"]] == ["own-1", "c-2-2", "own-2"]
    assert {c["id"] for c in cases["latest"]} == {"c-2-1", "c-3-3"}
    assert [act["id"] for act in board["activities"]] == ["activity-next", "activity-later"]
    assert (board["activities"][0]["seats_left"], board["activities"][0]["volunteers_missing"]) == (2, 0)
    assert (board["volunteering"]["hours"], board["volunteering"]["volunteers"]) == (5, None)
    assert board["volunteering"]["teams"][0]["members"] == 12
    assert (board["wishes"][0]["supporters"], board["wishes"][0]["answer"]) == (128, "已列入明年计划")


def summarised(id: str, at: timedelta, **fields: Any) -> Record:
    """A round through building 9 that is over, with its summary."""
    summary = i.RoundSummary(
        as_of=NOW,
        buildings_planned=1,
        buildings_covered=1,
        compound_buildings=20,
        compound_covered=9,
        floors_planned=18,
        floors_covered=17,
        floors_visited=18,
        visits=19,
        findings=4,
        fixed_on_the_spot=3,
        handed_over=1,
        by_building=(
            i.BuildingTally(building="place-9", findings=4, fixed_on_the_spot=3),
            i.BuildingTally(building="place-gone"),
        ),
        by_category=(
            i.CategoryTally(category="wall", findings=1, fixed_on_the_spot=0, category_zh="墙面", category_en="Walls"),
            i.CategoryTally(category="lighting", findings=3, fixed_on_the_spot=3),
        ),
    )
    shown = i.RoundState(
        buildings=["place-9"],
        walker="grid-1",
        starts_at=NOW,
        status=i.RoundStatus.COMPLETED,
        covered=["place-9"],
        completed_at=NOW + at,
        summary=summary,
        **fields,
    )
    return state(shown, id)


async def test_the_summary_of_a_round_is_published_with_its_cases_as_they_stand_now(house: House, api: Api) -> None:
    mine: dict[str, Any] = {"round": "round-9"}
    await house.take(
        [
            *everything(),
            summarised("round-8", -2 * DAY),
            summarised("round-9", -DAY, title="九号楼逐层走访"),
            case("c-9-1", i.CaseStatus.DISPATCHED, due_at=NOW + 2 * DAY, overdue=False, **mine),
            case("c-9-2", i.CaseStatus.ACCEPTED, **mine),
            case("c-9-3", i.CaseStatus.IN_PROGRESS, due_at=NOW - HOUR, overdue=True, **mine),
            case("c-9-4", i.CaseStatus.VERIFIED, **mine),
            case("c-9-5", i.CaseStatus.REJECTED, **mine),
        ]
    )
    nine, eight = (await api.call(None, "GET", "/api/notify/v1/board/sunshine")).json()["coverage"]["latest"]
    assert (nine["id"], nine["title"], eight["id"]) == ("round-9", "九号楼逐层走访", "round-8")
    assert (nine["compound_covered"], nine["compound_buildings"], nine["floors"]) == (9, 20, 18)
    assert (nine["open"], nine["overdue"], eight["open"], eight["next_due"]) == (3, 1, 0, None)
    assert nine["next_due"].startswith((NOW - HOUR).isoformat()[:19])
    assert [(b["building"]["number"], b["found"], b["on_the_spot"]) for b in nine["by_building"]] == [(9, 4, 3)]
    assert [(c["category_zh"], c["found"]) for c in nine["by_category"]] == [("lighting", 3), ("墙面", 1)]
    assert "小区共走完 9/20 栋" in (await api.call(None, "GET", "/board/sunshine")).text
    assert "九号楼逐层走访" in (await api.call(None, "GET", "/board/sunshine/feed.rss")).text


async def test_hours_of_few_people_are_not_told(house: House, api: Api) -> None:
    await house.take([*places(), *volunteering()[:4]])
    board = (await api.call(None, "GET", "/api/notify/v1/board/sunshine")).json()
    assert (board["volunteering"]["minutes"], board["volunteering"]["hours"]) == (None, None)
    assert "不足5人时不公布" in (await api.call(None, "GET", "/board/sunshine")).text


async def test_an_activity_leads_to_its_page_and_says_where_it_is(house: House, api: Api) -> None:
    plaza = a.VenueState(
        venue="plaza",
        zh="二楼多功能厅",
        en="Hall upstairs",
        building="place-4",
        equipment=[],
        openings=[],
        blocks=[],
        before_minutes=0,
        after_minutes=0,
    )
    await house.take([*everything(), state(plaza, "venue-1")])
    page = (await api.call(None, "GET", "/board/sunshine")).text
    assert '<a href="/calendar/sunshine/activity-next?lang=zh">活动 activity-next</a>' in page
    assert "二楼多功能厅 · 4号楼" in page
    assert "报名截至 11月24日 周二 15:00" in page
    assert "Hall upstairs · Building 4" in (await api.call(None, "GET", "/board/sunshine", lang="en")).text
    feed = (await api.call(None, "GET", "/board/sunshine/feed.json")).json()
    links = {item["url"] for item in feed["items"]}
    assert "https://board.example.org/calendar/sunshine/activity-next?lang=zh" in links
    assert all(item["date_modified"] == NOW.isoformat() for item in feed["items"] if "/calendar/" in item["url"])


async def test_a_case_has_its_pictures_while_they_are_shown(house: House, api: Api) -> None:
    shown = i.ExhibitState(case="c-2-1", shown=True, before="photo-1", after="photo-2")
    open_still = i.ExhibitState(case="c-2-2", shown=True, before="photo-3", after="photo-4")
    await house.take([*everything(), state(shown, "exhibit-1"), state(open_still, "exhibit-2")])
    page = (await api.call(None, "GET", "/board/sunshine")).text
    assert page.count("<img ") == 2
    for side, words in (("before", "整改前：公共照明"), ("after", "整改后：公共照明")):
        assert f'src="/api/issues/v1/exhibits/exhibit-1/{side}.jpg" alt="{words}"' in page
    down = i.ExhibitState(case="c-2-1", shown=False)
    await house.take([state(down, "exhibit-1", 2)])
    assert "<img " not in (await api.call(None, "GET", "/board/sunshine")).text


async def test_no_person_is_anywhere_on_the_board(house: House, api: Api) -> None:
    await house.take(everything())
    for path in (
        "/api/notify/v1/board/sunshine",
        "/board/sunshine",
        "/board/sunshine/feed.rss",
        "/board/sunshine/feed.json",
    ):
        text = (await api.call(None, "GET", path)).text
        for person in ("grid-1", "staff-1", "volunteer-1", "resident-1", "volunteer-2"):
            assert person not in text.replace("volunteers", ""), path


async def test_repeated_and_older_states_change_nothing_and_erased_ones_are_not_counted(house: House, api: Api) -> None:
    await house.take(everything())
    before = (await api.call(None, "GET", "/api/notify/v1/board/sunshine")).json()
    await house.take(everything())
    newer = case("own-2", i.CaseStatus.VERIFIED, sequence=7, channel=i.Channel.RESIDENT)
    await house.take([newer, *everything()])
    after = (await api.call(None, "GET", "/api/notify/v1/board/sunshine")).json()
    assert after["cases"]["closed"] == before["cases"]["closed"] + 1
    gone = v.VolunteerState(person="volunteer-1", skills=[], status=v.VolunteerStatus.ACTIVE, registered_at=NOW)
    await house.take([tombstone(gone, "volr-1", 9)])
    assert (await api.call(None, "GET", "/api/notify/v1/board/sunshine")).json()["volunteering"]["volunteers"] == 0


async def test_the_page_is_public_cacheable_and_strict(house: House, api: Api) -> None:
    await house.take(everything())
    page = await api.call(None, "GET", "/board/sunshine")
    assert page.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "巡查发现" in page.text
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    same = await api.call(None, "GET", "/board/sunshine", headers={"If-None-Match": page.headers["ETag"]})
    assert (same.status_code, same.content) == (304, b"")
    await house.take([case("own-2", i.CaseStatus.VERIFIED, sequence=7)])
    changed = await api.call(None, "GET", "/board/sunshine", headers={"If-None-Match": page.headers["ETag"]})
    assert changed.status_code == 200
    english = await api.call(None, "GET", "/board/sunshine", lang="en")
    assert "found on rounds" in english.text


async def test_the_page_may_be_kept_as_long_as_its_figures(settings: NotifySettings) -> None:
    kept = settings.model_copy(update={"board_seconds": 5})
    async with a_house(kept) as house:
        await house.take(everything())
        gateway = standing.gateway(service, kept, standing.routers(house.rooms))
        async with Api(gateway, DevelopmentIssuer(kept), "notify") as api:
            page = await api.call(None, "GET", "/board/sunshine")
    assert page.headers["Cache-Control"] == "public, max-age=5"


async def test_data_has_the_same_tag_while_nothing_changes(house: House, api: Api) -> None:
    await house.take(everything())
    first = await api.call(None, "GET", "/api/notify/v1/board/sunshine")
    house.now += timedelta(seconds=30)
    same = await api.call(
        None, "GET", "/api/notify/v1/board/sunshine", headers={"If-None-Match": first.headers["ETag"]}
    )
    assert same.status_code == 304


async def test_people_arrive_at_the_one_board_there_is(house: House, api: Api) -> None:
    assert "很快就来" in (await api.call(None, "GET", "/")).text
    await house.take(places())
    for path in ("/", "/board", "/board/"):
        assert "阳光社区" in (await api.call(None, "GET", path)).text


async def test_people_choose_between_two_communities(house: House, api: Api) -> None:
    await house.take(places())
    await house.db["copy_places"].insert_one(
        {"_id": "x", "seq": 1, "community": "moonlight", "state": {"kind": "compound", "title": "月光"}}
    )
    page = await api.call(None, "GET", "/")
    assert 'href="/board/sunshine?lang=zh"' in page.text
    assert 'href="/board/moonlight?lang=zh"' in page.text


async def test_feeds_are_valid_rss_and_json(house: House, api: Api) -> None:
    await house.take(everything())
    rss = await api.call(None, "GET", "/board/sunshine/feed.rss")
    assert rss.headers["Content-Type"].startswith("application/rss+xml")
    channel = fromstring(rss.content).find("channel")  # noqa: S314  our own
    assert channel is not None
    assert len(channel.findall("item")) == 4
    guids = [item.findtext("guid") for item in channel.findall("item")]
    assert len(set(guids)) == 4
    feed = json.loads((await api.call(None, "GET", "/board/sunshine/feed.json")).content)
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert feed["feed_url"].startswith("https://board.example.org/board/sunshine/feed.json")


async def test_the_style_is_served_beside_the_page(api: Api) -> None:
    style = await api.call(None, "GET", "/board/assets/board.css")
    assert (await api.call(None, "GET", "/favicon.ico")).headers["content-type"] == "image/svg+xml"
    assert style.headers["Content-Type"].startswith("text/css")
    assert (await api.call(None, "GET", "/board/assets/../page.py")).status_code == 404
