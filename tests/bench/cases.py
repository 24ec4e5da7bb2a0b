"""A million made-up cases of one large community, as the stored states that rows are made of. The same every time."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from services.contracts.issues import CaseStatus as S
from services.contracts.issues import Channel, Priority
from services.issues.reading.row import Where

COMMUNITY = "yangguang"
BEGAN = datetime(2023, 11, 20, tzinfo=UTC)
DAYS = 1100
BUILDINGS = 2000
UNITS = 20

CATEGORIES = [
    ("lighting", "公共照明", "Public lighting"),
    ("wall", "墙砖墙面", "Walls and tiles"),
    ("lift", "电梯故障", "Lift out of order"),
    ("pipe", "管道漏水", "Leaking pipe"),
    ("fire-exit", "消防通道堵塞", "Blocked fire exit"),
    ("charging", "电动车进楼充电", "E-bikes charged indoors"),
    ("door", "单元门与门禁", "Entrance door and lock"),
    ("waste", "垃圾堆放", "Dumped waste"),
    ("greenery", "绿化养护", "Trees and lawns"),
    ("parking", "车辆乱停", "Wrong parking"),
    ("noise", "噪声扰民", "Noise"),
    ("other", "其他", "Other"),
]
_WHERE = ("楼道", "电梯口", "地下车库", "单元门前", "屋顶", "花坛边", "消防栓旁", "健身区")
_WHAT = ("灯不亮", "瓷砖脱落", "漏水", "堆放杂物", "有异响", "门锁损坏", "井盖松动", "树枝折断", "积水", "墙皮开裂")
_HOW = ("影响出行", "已有三天", "老人不便", "晚上看不清", "请尽快处理", "邻居多次反映")
_DONE = (S.VERIFIED, S.VERIFIED, S.EVALUATED, S.EVALUATED, S.REJECTED)
_OPEN = (S.REPORTED, S.ACCEPTED, S.DISPATCHED, S.DISPATCHED, S.IN_PROGRESS, S.IN_PROGRESS, S.HANDLED, S.PAUSED)


def places() -> list[Where]:
    """Two thousand buildings, some seventy metres apart."""
    return [
        Where(("都市小区", f"{number + 1}号楼"), 114.20 + number % 50 * 0.0008, 30.50 + number // 50 * 0.0007)
        for number in range(BUILDINGS)
    ]


def states(count: int) -> Iterator[tuple[str, int, dict[str, Any], Where]]:
    """Id, version, state and place of `count` cases spread evenly over three years; three in a hundred are open."""
    dice, where = random.Random(7), places()
    for number in range(count):
        building = dice.randrange(BUILDINGS)
        yield f"case-{number:026x}", 6, _state(dice, number, count, building), where[building]


def _state(dice: random.Random, number: int, count: int, building: int) -> dict[str, Any]:
    code, zh, en = dice.choice(CATEGORIES)
    reported = BEGAN + timedelta(days=DAYS) * (number / count)
    is_open = dice.random() < 0.03
    status = dice.choice(_OPEN if is_open else _DONE)
    handled = None if is_open else reported + timedelta(hours=dice.expovariate(1 / 40))
    due = reported + timedelta(hours=72)
    dispatched = status not in (S.REPORTED, S.ACCEPTED, S.REJECTED)
    return {
        "community": COMMUNITY,
        "category": code,
        "category_zh": zh,
        "category_en": en,
        "group": code[:3],
        "priority": dice.choice(tuple(Priority)),
        "title": f"{dice.choice(_WHERE)}{dice.choice(_WHAT)}",
        "text": f"{dice.choice(_HOW)}，编号L{number % 50_000}",
        "place": f"place-{building}",
        "building": f"place-{building}",
        "channel": dice.choice(tuple(Channel)),
        "reporter": f"person-{number % 200_000}",
        "status": status,
        "unit": f"unit-{dice.randrange(UNITS)}" if dispatched else None,
        "reported_at": reported,
        "due_at": due if dispatched else None,
        "phase_due_at": due if is_open else None,
        "overdue": is_open and dice.random() < 0.2,
        "handled_at": handled,
        "closed_at": None if handled is None else handled + timedelta(hours=6),
        "rating": dice.randint(1, 5) if status is S.EVALUATED else None,
        "sent_back": int(dice.random() < 0.02),
        "extended": int(dice.random() < 0.03),
        "affected": 1 + int(dice.random() < 0.05) * 4,
    }
