"""What a shipped text says stays a sentence where an event leaves out what it may, and where nothing is known yet of
what it speaks of."""

import re
from collections.abc import Iterator

import pytest

from services.notify.notices.domain.particulars import Particulars
from services.notify.routing.domain.table import Given, Route, Tell
from services.notify.routing.shipped import RULES, TABLE
from tests.unit.notify.given import HERE
from tests.unit.notify.notices.test_wording import EVERYTHING, WORDING

_OF_SUBJECTS = {
    "case": {"title", "category_zh", "category_en"},
    "wish": {"title"},
    "activity": {"title", "title_en", "starts_at", "ends_at", "venue"},
    "need": {"work", "starts_at"},
    "place": {"title", "title_en"},
}
HOLE = re.compile(
    r"\bNone\b|“”|（）|\(\)|\S  +\S|\s[,.]"
    r"|[，、；：]\s*[，。；：、]|^\s*[，。,.：:]|[:：]\s*[.。]|\b(on|at|until|by|of)[,.]"
)
"""What a sentence looks like where a value was to stand in it."""
ROUTES = [(route, tell) for route in TABLE.routes for tell in route.tell]


def _may_be_missing(route: Route, tell: Tell) -> Iterator[str]:
    """The names of the values that an event of `route` may leave out, or that nobody may have told yet."""
    told = {name for name, given in tell.values.items() if not _optional(route, given)}
    yield from set() if tell.subject is None else _OF_SUBJECTS[tell.subject.of] - told
    yield from tell.values.keys() - told


def _optional(route: Route, given: Given) -> bool:
    if given.field is None or given.equals is not None:
        return False
    found = [route.model.model_fields[path.partition("[]")[0]] for path in (given.field, given.otherwise) if path]
    return all(not field.is_required() or "None" in str(field.annotation) for field in found)


@pytest.mark.parametrize(("route", "tell"), ROUTES, ids=[f"{r.name}-{t.kind}-{n}" for n, (r, t) in enumerate(ROUTES)])
def test_a_sentence_stays_one_where_a_value_is_missing(route: Route, tell: Tell) -> None:
    missing = sorted(_may_be_missing(route, tell))
    given = {"title", "title_en"} | (set() if tell.subject is None else _OF_SUBJECTS[tell.subject.of]) | {*tell.values}
    whole = Particulars.model_validate({name: getattr(EVERYTHING, name, None) for name in given})
    for left_out in ([], missing, *([name] for name in missing)):
        particulars = whole.model_copy(update=dict.fromkeys(left_out))
        for lang in ("zh", "en"):
            for version in range(1, RULES[tell.kind].template + 1):
                words = WORDING.render(tell.kind, version, lang, HERE, particulars)
                for line in (words.subject, *words.body.splitlines()):
                    assert not HOLE.search(line), (left_out, lang, version, line)
