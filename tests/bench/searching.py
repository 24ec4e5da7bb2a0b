"""Search with synonyms, sounds and nearness beside the search before it knew them (`plain_search`), among many cases:
`READING_ROWS`.

Both questions are put to the same rows and take turns; the bound is on the p95. Where others want the processor too,
times say little; so the processor time of this process and of MongoDB is told beside them.
"""

import random
import statistics
from collections.abc import Callable, Sequence

from services.chassis.store.mongo import Database
from services.issues.reading.conditions import Reach
from services.issues.reading.nearness import Near, around, at_place
from tests.bench.ground import Figure, Servers, database, worked
from tests.bench.plain_search import plainly
from tests.bench.reading import LARGE, RESIDENT, STAFF, Ask, Desk, filled, search, take_turns

WITHIN = 2.0
_BLOCKS, _BLOCK = 3, 30
SAID = {"噪音": "噪声", "升降机": "电梯", "电瓶车": "电动车"}
"""Words that no case says, each with the one that cases say instead. Without synonyms the first finds nothing, which is
no measure; so it stands beside the second."""


async def run(servers: Servers) -> list[Figure]:
    """Milliseconds, without and with."""
    async with database(servers, patience=1800) as db:
        desk = await filled(db, LARGE, searched_alone=True)
        figures: list[Figure] = []
        for name, without, widened in _questions():
            times = await take_turns((without, desk), (widened, desk))
            for percent, most in ((50, None), (95, WITHIN)):
                floor, ours = (1000 * statistics.quantiles(each, n=100)[percent - 1] for each in times)
                figures.append(Figure(f"search, without and with {name}, p{percent}", floor, ours, "ms", most=most))
            floor, ours = await _processor_times(db, desk, without, widened)
            figures.append(Figure(f"search, without and with {name}, processor", floor, ours, "ms", most=WITHIN))
        return figures


async def _processor_times(db: Database, desk: Desk, *asks: Ask) -> list[float]:
    """Milliseconds of the processor that each question takes, which are asked block by block in turns."""
    dice, taken = [random.Random(11) for _ in asks], [0.0 for _ in asks]
    for _ in range(_BLOCKS):
        for place, ask in enumerate(asks):
            before = await worked(db)
            for _ in range(_BLOCK):
                await ask(desk, dice[place])
            taken[place] += await worked(db) - before
    return [1000 * each / (_BLOCKS * _BLOCK) for each in taken]


def _questions() -> list[tuple[str, Ask, Ask]]:
    """Each without what widens it, and with it."""
    chinese = ["电梯", "漏水", "灯不亮"]
    return [
        ("synonyms", _plain(["噪声", "电梯", "充电"]), _any_of(["噪声", "电梯", "充电"])),
        ("synonyms of what no case says", _plain([*SAID.values()]), _any_of([*SAID])),
        (
            "synonyms, by everybody",
            _plain(["噪声", "电梯", "充电"], RESIDENT),
            _any_of(["噪声", "电梯", "充电"], reach=RESIDENT),
        ),
        ("sounds", _plain(chinese), _any_of(["dianti", "loushui", "dengbuliang"])),
        ("sounds on their way", _plain(chinese), _any_of(["diant", "lous", "dengbul"])),
        ("first letters", _plain(chinese), _any_of(["dt", "ls", "dbl"])),
        ("one syllable", _plain(["灯", "水", "门"]), _any_of(["deng", "shui", "men"])),
        ("numbers in other ways", _plain(["7号楼", "1200号楼"]), _any_of(["七栋", "一千二百幢"])),
        ("a building first", _plain(chinese), _any_of(chinese, _building)),
        ("a building first, of rare words", _plain(["L7", "L4242"]), _any_of(["L7", "L4242"], _building)),
        ("a point first", _plain(chinese), _any_of(chinese, _point)),
        ("a point first, of rare words", _plain(["L7", "L4242"]), _any_of(["L7", "L4242"], _point)),
    ]


def _any_of(words: Sequence[str], near: Callable[[random.Random], Near] | None = None, *, reach: Reach = STAFF) -> Ask:
    return search(lambda dice: dice.choice(words), reach, near=near)


def _plain(words: Sequence[str], reach: Reach = STAFF) -> Ask:
    return lambda desk, dice: plainly(desk.finding.rows, dice.choice(words), reach, 50)


def _building(dice: random.Random) -> Near:
    return at_place(f"place-{dice.randrange(2000)}")


def _point(dice: random.Random) -> Near:
    return around(114.20 + dice.random() * 0.036, 30.50 + dice.random() * 0.025)
