"""A figure that counts few people is not told, wherever it stands; what counts things is told whatever it is."""

from collections.abc import Iterator
from typing import get_args

import pytest
from pydantic import BaseModel, BeforeValidator

from services.notify.board.feeds import atom, json_feed, rss
from services.notify.board.figures import FEWEST, Board, Volunteering
from services.notify.board.page import Page
from services.notify.bulletins.domain import WeekFigures
from tests.unit.notify.boards import sunny_board
from tests.unit.notify.given import NAMES

OF_PEOPLE = {
    "Board": {"households", "residents"},
    "ComingActivity": {"waiting"},
    "Team": {"members"},
    "Volunteering": {"volunteers"},
    "Wish": {"supporters"},
}
OF_THINGS = {
    "Place": {"number"},
    "BuildingFindings": {"found", "on_the_spot", "put_right"},
    "Findings": {"found", "on_the_spot", "put_right"},
    "FoundOf": {"found", "on_the_spot"},
    "RoundResult": {
        "covered", "planned", "compound_covered", "compound_buildings", "floors", "floors_planned", "found",
        "on_the_spot", "handed_over", "open", "overdue",
    },
    "Coverage": {"rounds", "floors"},
    "Cases": {"reported", "from_rounds", "closed", "open", "overdue"},
    "ComingActivity": {"capacity", "seats_left", "volunteers_needed", "volunteers_missing", "min_age", "max_age"},
    "Volunteering": {"minutes", "team_count"},
    "Wish": {"progress"},
    "Announced": {"revision"},
    "Board": {"wish_count"},
    "WeekFigures": {
        "rounds", "floors", "found", "on_the_spot", "reported", "closed", "open", "activities",
    },
}  # fmt: skip
"""What is counted in open seats, findings and cases. `minutes` is left out by who counts, for few people gave them."""


def _models(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    yield model
    for field in model.model_fields.values():
        for inner in _inner(field.annotation):
            yield from _models(inner)


def _inner(annotation: object) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from _inner(part)


def test_every_figure_counts_either_people_or_things() -> None:
    people: dict[str, set[str]] = {}
    things: dict[str, set[str]] = {}
    for model in {*_models(Board), *_models(WeekFigures)}:
        for name, field in model.model_fields.items():
            if int in (field.annotation, *get_args(field.annotation)):
                told = any(isinstance(mark, BeforeValidator) for mark in field.metadata)
                (people if told else things).setdefault(model.__name__, set()).add(name)
    assert (people, things) == (OF_PEOPLE, OF_THINGS)


def _with(count: int) -> Board:
    """A board on which every figure of people is `count`, and those who gave hours are too few."""
    board = sunny_board()
    team = {**board.volunteering.teams[0].model_dump(), "members": count}
    given = {"minutes": None, "volunteers": count, "team_count": 1, "teams": [team]}
    return Board.model_validate(
        {
            **board.model_dump(),
            "households": count,
            "residents": count,
            "volunteering": given,
            "wishes": [{**board.wishes[0].model_dump(), "supporters": count}],
            "activities": [{**board.activities[0].model_dump(), "waiting": count}],
        }
    )


@pytest.mark.parametrize("count", [0, 1, 4, 5])
def test_one_to_four_people_are_not_counted_in_public(count: int) -> None:
    few, many = _with(count), _with(100)
    told = count if count == 0 or count >= FEWEST else None
    assert few.volunteering == Volunteering.model_validate({**few.volunteering.model_dump(), "volunteers": count})
    assert (few.households, few.volunteering.volunteers, few.wishes[0].supporters) == (told, told, told)
    assert few.volunteering.hours is None
    page = Page(NAMES, {})
    for lang, word in (("zh", "不足5"), ("en", "under 5")):
        html = page.board(few, lang)
        assert html.count(word) - page.board(many, lang).count(word) == (4 if told is None else 0)
        assert "None" not in html
        for feed in (rss, atom, json_feed):
            feed(few, lang, NAMES, "https://example.org")
