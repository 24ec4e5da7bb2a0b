"""A board like the first community's, for tests and for looking at."""

from datetime import UTC, datetime, timedelta

from services.notify.board.figures import (
    Board,
    BuildingFindings,
    Cases,
    ClosedCase,
    ComingActivity,
    Coverage,
    FoundOf,
    OpenCase,
    Pictures,
    Place,
    RoundResult,
    Team,
    Volunteering,
    Wish,
    tally,
)

NOW = datetime(2026, 11, 24, 1, 30, tzinfo=UTC)
PLACES = tuple(Place(id=f"place-{n}", title=f"{n}号楼", number=n) for n in range(1, 21))

_FOUND = ((9, 7), (8, 6), (11, 8), (7, 6), (10, 7), (6, 6), (9, 5), (8, 7), (7, 5))
_CLOSED = (
    ("楼道灯不亮", "公共照明", "Lighting", 1),
    ("单元门闭门器损坏", "门禁设施", "Doors", 3),
    (None, "楼道堆物", "Clutter", 5),
    ("消防通道被占用", "消防安全", "Fire safety", 7),
    ("墙皮脱落", "房屋维护", "Upkeep", 9),
)
_OPEN = (("地下车库漏水", "给排水", "Water", 12, True), (None, "充电安全", "Charging", 15, False))


def sunny_board() -> Board:
    """75 findings in buildings 1 to 9, all put right."""
    return Board(
        community="sunshine",
        as_of=NOW,
        households=2535,
        residents=6000,
        findings=tally(
            [
                BuildingFindings(building=PLACES[n], found=found, on_the_spot=spot, put_right=found)
                for n, (found, spot) in enumerate(_FOUND)
            ]
        ),
        coverage=Coverage(buildings=PLACES, covered=tuple(p.id for p in PLACES[:9]), rounds=9, floors=243),
        cases=_cases(),
        activities=_activities(),
        volunteering=Volunteering(
            minutes=18_420,
            volunteers=86,
            team_count=13,
            teams=tuple(
                Team(id=f"team-{n}", title=title, title_en=None, members=members)
                for n, (title, members) in enumerate(
                    (
                        ("都市阳光舞蹈队", 32),
                        ("银发合唱团", 28),
                        ("阳光健步走队", 24),
                        ("阳光社区帮帮团", 21),
                        ("党员志愿服务队", 18),
                        ("医疗志愿服务队", 9),
                        ("惜韵葫芦丝演奏队", 14),
                    )
                )
            ),
        ),
        wishes=(
            Wish(
                id="wish-1",
                title="建一个老年大食堂",
                supporters=128,
                status="accepted",
                proposed_at=NOW,
                answer="已与敬老服务机构对接，先从敬老配餐做起，明年春天选址。",
            ),
            Wish(id="wish-2", title="壮大文体队伍", supporters=64, status="open", proposed_at=NOW, answer=None),
        ),
        wish_count=7,
    )


def a_round(**fields: object) -> RoundResult:
    """A round through nine buildings, one of its cases open."""
    return RoundResult.model_validate(
        {
            "id": "round-9",
            "title": "一月逐楼走访",
            "completed_at": NOW - timedelta(days=1),
            "covered": 9,
            "planned": 9,
            "compound_covered": 9,
            "compound_buildings": 20,
            "floors": 243,
            "floors_planned": 243,
            "found": 75,
            "on_the_spot": 57,
            "handed_over": 18,
            "open": 1,
            "overdue": 0,
            "next_due": NOW + timedelta(days=2),
            "by_building": [
                BuildingFindings(building=PLACES[n], found=found, on_the_spot=spot, put_right=spot)
                for n, (found, spot) in enumerate(_FOUND)
            ],
            "by_category": [
                FoundOf(
                    category="lighting", category_zh="公共照明", category_en="Public lighting", found=40, on_the_spot=30
                ),
                FoundOf(
                    category="wall", category_zh="墙砖墙面", category_en="Walls and tiles", found=35, on_the_spot=27
                ),
            ],
            **fields,
        }
    )


def _cases() -> Cases:
    return Cases(
        reported=31,
        from_rounds=27,
        closed=27,
        open=4,
        overdue=1,
        latest=tuple(
            ClosedCase(
                id=f"case-{n}",
                title=title,
                category_zh=zh,
                category_en=en,
                building=PLACES[building - 1],
                closed_at=NOW - timedelta(days=n),
                on_the_spot=False,
                pictures=Pictures(before=f"/api/issues/v1/exhibits/exhibit-{n}/before.jpg", after="/after.jpg")
                if n < 2
                else None,
            )
            for n, (title, zh, en, building) in enumerate(_CLOSED)
        ),
        waiting=tuple(
            OpenCase(
                id=f"case-o{n}",
                title=title,
                category_zh=zh,
                category_en=en,
                building=PLACES[building - 1],
                reported_at=NOW,
                due_at=None if n else NOW - timedelta(hours=20),
                overdue=late,
            )
            for n, (title, zh, en, building, late) in enumerate(_OPEN)
        ),
    )


def _activities() -> tuple[ComingActivity, ...]:
    rows = (
        ("四点半小课堂：写字课", "class", 8, 24, 20, 2, 2, 0),
        ("每月义诊", "clinic", 49, 60, 60, 2, 4, 3),
        ("葫芦丝排练", "rehearsal", 58, 30, 12, 0, 0, 0),
        ("迎新春文艺汇演", "festival", 200, 300, 180, 6, 10, 0),
    )
    return tuple(
        ComingActivity(
            id=f"activity-{n}",
            title=title,
            title_en=None,
            kind=kind,
            starts_at=NOW + timedelta(hours=hours),
            ends_at=NOW + timedelta(hours=hours + 2),
            venue=("classroom", "clinic", "activity-room", "culture-plaza")[n],
            capacity=capacity,
            seats_left=capacity - taken,
            waiting=waiting,
            volunteers_needed=need,
            volunteers_missing=need - have,
            page=f"/calendar/sunshine/activity-{n}",
            closes_at=NOW + timedelta(hours=hours - 1),
            building=PLACES[3] if n == 0 else None,
            min_age=6 if n == 0 else None,
            max_age=12 if n == 0 else None,
            guardian_required=n == 0,
        )
        for n, (title, kind, hours, capacity, taken, have, need, waiting) in enumerate(rows)
    )
