"""Fetches are the same bytes and values as aiokafka's own way makes and reads."""

import random
from io import BytesIO
from typing import Any

import pytest
from aiokafka.protocol.fetch import FetchRequest, FetchRequest_v11, FetchResponse_v11
from aiokafka.protocol.struct import Struct

from services.chassis.kafka.fetches import answered, asked
from services.chassis.kafka.repairs import repair

NAMES = ("community.issues.v1", "居民.state", "")


def a_fetch(*topics: tuple[str, list[tuple[int, int, int]]], rack: str = "") -> FetchRequest_v11:
    return FetchRequest(500, 1, 50 << 20, 0, list(topics), rack_id=rack).build(FetchRequest_v11)


def an_answer(seed: int) -> FetchResponse_v11:
    chance = random.Random(seed)

    def partition(number: int) -> tuple[Any, ...]:
        aborted = chance.choice([None, [], [(chance.randrange(1 << 60), n) for n in range(3)]])
        records = chance.choice([None, b"", chance.randbytes(chance.randrange(300))])
        ends = [chance.randrange(-1, 1 << 60) for _ in range(3)]
        return (number, chance.randrange(-1, 90), *ends, aborted, chance.randrange(-1, 9), records)

    topics = [(name, [partition(n) for n in range(chance.randrange(9))]) for name in NAMES[: chance.randrange(4)]]
    return FetchResponse_v11(chance.randrange(1 << 30), chance.randrange(-1, 90), chance.randrange(1 << 30), topics)


@pytest.mark.parametrize("rack", ["", "一号机房"])
@pytest.mark.parametrize("partitions", [0, 1, 200])
def test_a_fetch_is_the_bytes_that_aiokafka_makes(partitions: int, rack: str) -> None:
    fetch = a_fetch(*((name, [(n, n << 40, 1 << 20) for n in range(partitions)]) for name in NAMES), rack=rack)
    assert asked(fetch) == Struct.encode(fetch)
    assert asked(a_fetch()) == Struct.encode(a_fetch())


def test_a_number_that_does_not_fit_is_refused_as_by_aiokafka() -> None:
    fetch = a_fetch(("topic", [(1 << 40, 0, 0)]))
    for write in (Struct.encode, asked):
        with pytest.raises(ValueError, match=r"convert|can't be written"):
            write(fetch)


@pytest.mark.parametrize("seed", range(40))
def test_an_answer_is_what_aiokafka_reads(seed: int) -> None:
    answer = an_answer(seed)
    data = Struct.encode(answer)
    behind_a_header = BytesIO(b"head" + data)
    behind_a_header.read(4)
    assert answered(data).__dict__ == answered(behind_a_header).__dict__ == answer.__dict__


def test_an_answer_that_ends_too_early_is_refused_wherever_it_ends() -> None:
    answer = FetchResponse_v11(0, 0, 0, [("topic", [(0, 0, 1, 1, 0, [(1, 2)], -1, b"records")])])
    data = Struct.encode(answer)
    for end in range(len(data)):
        with pytest.raises(ValueError, match=r"ends too early|can't be read"):
            answered(data[:end])


def test_every_client_of_a_process_writes_and_reads_them_so() -> None:
    repair()
    fetch, answer = a_fetch(("topic", [(0, 1, 2)])), an_answer(1)
    assert FetchRequest_v11.encode is asked
    assert fetch.encode() == Struct.encode(fetch)
    assert FetchResponse_v11.decode(Struct.encode(answer)).__dict__ == answer.__dict__
