"""How characters sound beside each other: the table of them says what the phrases of pypinyin say."""

import unicodedata
from pathlib import Path

import orjson
from pypinyin import lazy_pinyin
from pypinyin.phrases_dict import phrases_dict

from services.issues.reading import sounds
from services.issues.shared.folding import folded

TABLE = Path(sounds.__file__).with_name("beside.json")


def beside() -> dict[str, list[str]]:
    """The pairs of simple characters that do not both sound as they do alone, each with how they sound."""
    found: dict[str, list[str]] = {}
    for pair, read in sorted(phrases_dict.items()):
        told = [_plain(each[0]) for each in read]
        if (
            len(pair) == len(told) == 2
            and folded(pair) == pair
            and told != [*lazy_pinyin(pair[0]), *lazy_pinyin(pair[1])]
        ):
            found[pair] = told
    return found


def _plain(sound: str) -> str:
    """Without its tone, and ü as it is typed."""
    marked = unicodedata.normalize("NFD", sound).replace("u\u0308", "v")
    return "".join(char for char in marked if not unicodedata.combining(char))


def test_the_table_of_pairs_is_that_of_the_library() -> None:
    """`python -m tests.unit.issues.reading.test_sounds` writes it anew."""
    assert orjson.loads(TABLE.read_bytes()) == beside()


def test_a_character_sounds_as_it_does_alone_and_as_it_does_beside_its_neighbour() -> None:
    assert (sounds.of_character("行"), sounds.of_pair("人行")) == ("~xing", ())
    assert sounds.of_pair("银行") == ("~yin", "~hang")


if __name__ == "__main__":
    lines = (orjson.dumps({pair: read})[1:-1] for pair, read in beside().items())
    TABLE.write_bytes(b"{\n" + b",\n".join(lines) + b"\n}\n")
