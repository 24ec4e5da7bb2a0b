"""Search with synonyms, sounds and nearness beside the same without them, among many cases: `READING_ROWS`.

Both questions are put to the same rows and take turns; the bound is on the p95.
"""

import random
import statistics
from collections.abc import Callable, Sequence

from services.issues.reading.nearness import Near, around, at_place
from services.issues.reading.questions import NO_SYNONYMS
from tests.bench.ground import Figure, Servers, database
from tests.bench.reading import LARGE, RESIDENT, STAFF, Ask, filled, search, take_turns

WITHIN = 2.0


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
        return figures


def _questions() -> list[tuple[str, Ask, Ask]]:
    """Each without what widens it, and with it."""
    chinese = ["电梯", "漏水", "灯不亮"]
    return [
        ("synonyms", *_both(["噪声", "电梯", "充电"])),
        ("synonyms of what no case says", *_both(["噪音", "升降机", "电瓶车"])),
        ("synonyms, by everybody", *_both(["噪声", "电梯", "充电"], everybody=True)),
        ("sounds", _any_of(chinese), _any_of(["dianti", "loushui", "dengbuliang"])),
        ("sounds on their way", _any_of(chinese), _any_of(["diant", "lous", "dengbul"])),
        ("first letters", _any_of(chinese), _any_of(["dt", "ls", "dbl"])),
        ("one syllable", _any_of(["灯", "水", "门"]), _any_of(["deng", "shui", "men"])),
        ("numbers in other ways", _any_of(["7号楼", "1200号楼"]), _any_of(["七栋", "一千二百幢"])),
        ("a building first", _any_of(chinese), _any_of(chinese, _building)),
        ("a building first, of rare words", _any_of(["L7", "L4242"]), _any_of(["L7", "L4242"], _building)),
        ("a point first", _any_of(chinese), _any_of(chinese, _point)),
        ("a point first, of rare words", _any_of(["L7", "L4242"]), _any_of(["L7", "L4242"], _point)),
    ]


def _any_of(words: Sequence[str], near: Callable[[random.Random], Near] | None = None) -> Ask:
    return search(lambda dice: dice.choice(words), STAFF, near=near)


def _both(words: Sequence[str], *, everybody: bool = False) -> tuple[Ask, Ask]:
    reach = RESIDENT if everybody else STAFF
    return (
        search(lambda dice: dice.choice(words), reach, synonyms=NO_SYNONYMS),
        search(lambda dice: dice.choice(words), reach),
    )


def _building(dice: random.Random) -> Near:
    return at_place(f"place-{dice.randrange(2000)}")


def _point(dice: random.Random) -> Near:
    return around(114.20 + dice.random() * 0.036, 30.50 + dice.random() * 0.025)
