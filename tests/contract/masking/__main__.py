"""`python -m tests.contract.masking`: what masking changes in ordinary complaints, and how its time grows."""

import time
from random import Random

from services.contracts.masking import mask
from tests.contract.masking.complaints import COUNT, complaints, false_alarms
from tests.contract.masking.test_ordinary import TEXTS


def seconds(text: str) -> float:
    """The time of the processor that masking takes, the least of three."""
    times = []
    for _ in range(3):
        start = time.process_time()
        mask(text)
        times.append(time.process_time() - start)
    return min(times)


def slowest(count: int = 300) -> tuple[float, float, str]:
    """The slowest text that repeats a few pieces: seconds for 4,000 characters and for 8,000, and what it repeats."""
    chance = Random(9)
    made = [*TEXTS, *("".join(chance.choices(TEXTS, k=chance.randint(2, 5))) for _ in range(count))]
    return max((seconds((piece * 4000)[:4000]), seconds((piece * 8000)[:8000]), piece) for piece in made)


if __name__ == "__main__":
    alarms = false_alarms(complaints())
    for text, masked in alarms:
        print(f"{text}\n  {masked}")
    print(f"{len(alarms)} false alarms in {COUNT} ordinary complaints")
    once, twice, piece = slowest()
    print(
        f"slowest 4,000 characters: {once * 1000:.0f} ms, 8,000: {twice / once:.1f} times as long ({piece!r} repeated)"
    )
