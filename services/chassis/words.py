"""Codes that know what people call them: refusals speak to people in words, and to programs in codes.

A `Worded` is the code itself wherever it is written, compared or sent, and a word in the sentence of a refusal.
"""

from collections.abc import Iterable
from typing import Any

_KINDS: dict[str, "Worded"] = {}


class Worded(str):
    """A code, with the words for it in zh and in en."""

    __slots__ = ("en", "zh")
    zh: str
    en: str

    def __new__(cls, code: str, zh: str, en: str) -> "Worded":
        named = super().__new__(cls, code)
        named.zh, named.en = zh, en
        return named

    @classmethod
    def several(cls, codes: Iterable["Worded"]) -> "Worded":
        """Several codes in a row."""
        these = list(codes)
        return cls(", ".join(these), "、".join(each.zh for each in these), ", ".join(each.en for each in these))


def spoken(value: Any, language: str) -> Any:
    """`value` as a sentence in `language` has it."""
    if isinstance(value, Worded):
        return value.zh if language == "zh" else value.en
    return value


def name_kind(code: str, zh: str, en: str) -> None:
    """Say what people call a kind of thing, for refusals that speak of one."""
    _KINDS[code] = Worded(code, zh, en)


def kind_named(code: str) -> str:
    """The kind `code`, with its words where they are known."""
    return _KINDS.get(code, code)
