"""Words over HTTP: the words for every code of this service, in both languages, for screens."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel

from services.volunteers.names.words import OPEN, Said
from services.volunteers.words.said import SAID

BASE = "/api/volunteers/v1/words"


class WordView(BaseModel):
    """A code, and the words for it."""

    code: str
    zh: str
    en: str


class WordsView(BaseModel):
    """The codes of each set, in the order in which they are shown. A set has the name of the field that holds its
    codes."""

    sets: dict[str, list[WordView]]


def router() -> APIRouter:
    """The route of words."""
    routes = APIRouter(prefix=BASE, tags=["words"])

    @routes.get("", summary="The Chinese and English words for every code (public)")
    async def words() -> WordsView:
        closed = {_name(kind.__name__): _words(table) for kind, table in SAID.items()}
        return WordsView(sets=closed | {name: _words(table) for name, table in OPEN.items()})

    return routes


def _words(table: Mapping[Any, Said]) -> list[WordView]:
    return [WordView(code=str(code), zh=zh, en=en) for code, (zh, en) in table.items()]


def _name(kind: str) -> str:
    """The name of an enumeration as words with hyphens: `CarePlanStatus` is `care-plan-status`."""
    return "".join(f"-{letter.lower()}" if letter.isupper() else letter for letter in kind).lstrip("-")
