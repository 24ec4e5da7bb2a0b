"""Codes that know what people call them: refusals speak to people in words, and to programs in codes.

A `Worded` is the code itself wherever it is written, compared or sent, and a word in the sentence of a refusal.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Any

_KINDS: dict[str, "Worded"] = {}
_MADE = re.compile(r"[a-z][a-z-]*-[0-9a-f]{26}")


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
    def sentence(cls, zh: str, en: str) -> "Worded":
        """A sentence within a refusal, which programs get in English."""
        return cls(en, zh, en)

    @classmethod
    def several(cls, codes: Iterable["Worded"]) -> "Worded":
        """Several codes in a row."""
        these = list(codes)
        return cls(", ".join(these), "、".join(each.zh for each in these), ", ".join(each.en for each in these))

    @classmethod
    def counted(cls, code: str, among: Sequence[str], zh: str, en: str) -> "Worded":
        """An id that nobody reads, called by where it stands `among` those that were sent: 第 2 张照片, photo 2."""
        place = among.index(code) + 1
        return cls(code, f"第 {place} {zh}", f"{en} {place}")


def readable(id: str) -> str:
    """The id behind the name of a thing in a sentence: what people type and read is said there, what we made of digits
    that nobody reads is left out."""
    return Worded(id, "", "") if _MADE.fullmatch(id) else Worded(id, f" {id}", f" {id}")


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
