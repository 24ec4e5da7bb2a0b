"""Every service is a street of rooms."""

from collections.abc import Callable, Iterator

import pytest

from tests.rules import imports, rooms
from tests.rules.rooms import Street
from tests.rules.tree import ROOT, files

Rule = Callable[[Street], Iterator[str]]

_APP = """
from services.library.books import room as books
from services.library.loans.room import room as loans

def rooms(runtime):
    shelf = books.room(runtime)
    return [shelf, loans(runtime, shelf)]
"""
_FILES = {
    "services/library/__init__.py": "",
    "services/library/app.py": _APP,
    "services/library/settings.py": "from services.library.loans.settings import LoanSettings",
    "services/library/shared/__init__.py": "",
    "services/library/shared/shelfmark.py": "",
    "services/library/books/__init__.py": '"""Books. `isbn` checks numbers, `covers` holds pictures."""',
    "services/library/books/room.py": "def room(runtime): ...",
    "services/library/books/domain.py": "from services.library.shared import shelfmark",
    "services/library/books/isbn.py": "",
    "services/library/books/covers/blank.svg": "",
    "services/library/loans/__init__.py": '"""Loans."""',
    "services/library/loans/room.py": "from services.library.books.domain import Book",
    "services/library/loans/domain/__init__.py": "",
    "services/library/loans/domain/fines.py": "def fine(days): ...",
    "services/library/loans/domain/state.py": "class Loan: ...",
    "tests/unit/library/reader.py": "",
    "tests/unit/library/books/test_domain.py": "",
    "tests/unit/library/loans/test_fines.py": "",
    "tests/integration/library/app/test_erasure.py": "",
}
_RULES = (rooms.against_the_order, rooms.loose, rooms.strange_names, rooms.unmirrored)


def _library(**changed: str | None) -> Street:
    """A service that keeps the rules, with some files changed; None takes one away."""
    whole: dict[str, str | None] = {**_FILES, **changed}
    return Street("library", {path: text for path, text in whole.items() if text is not None})


def test_the_order_of_rooms_is_that_in_which_the_app_opens_them() -> None:
    assert _library().rooms == ("books", "loans")


@pytest.mark.parametrize("rule", _RULES, ids=lambda rule: rule.__name__)
def test_a_street_of_rooms_passes(rule: Rule) -> None:
    assert list(rule(_library())) == []


@pytest.mark.parametrize(
    "text",
    [
        "from services.library.loans.domain import fines",
        "from services.library import loans",
        "def late():\n    import services.library.loans.store",
        "from ..loans import domain",
        "from services.library.app import service",
        "from services.library.subscribers import reactions",
    ],
)
@pytest.mark.parametrize("path", ["services/library/books/api.py", "services/library/shared/shelfmark.py"])
def test_an_import_of_what_does_not_stand_before_is_caught(path: str, text: str) -> None:
    (found,) = rooms.against_the_order(_library(**{path: text}))
    assert found.startswith(path)
    assert "let app.py hand it in" in found


def test_a_room_that_the_app_does_not_open_is_caught() -> None:
    (found,) = rooms.against_the_order(_library(**{"services/library/fees/room.py": ""}))
    assert "app.py opens no room fees" in found


@pytest.mark.parametrize("path", ["services/library/store.py", "services/library/logo.svg", "services/library/app.txt"])
def test_what_stands_loose_is_caught(path: str) -> None:
    assert list(rooms.loose(_library(**{path: ""}))) == [
        f"{path} stands loose; move it into the room whose noun it is about"
    ]


@pytest.mark.parametrize(
    "path",
    ["services/library/loans/helpers.py", "services/library/loans/rules/late.py", "services/library/loans/form.html"],
)
def test_a_special_that_the_room_does_not_name_is_caught(path: str) -> None:
    (found,) = rooms.strange_names(_library(**{path: ""}))
    assert "say in the docstring of loans/__init__.py" in found


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"tests/unit/library/test_fines.py": ""}, "stands loose"),
        ({"tests/integration/library/fees/test_fines.py": ""}, "has no room fees"),
        ({"services/library/loans/domain/limits.py": "def limit(): ..."}, "tests/unit/library/loans/test_limits.py"),
        ({"tests/unit/library/books/test_domain.py": None}, "services/library/books has no tests"),
    ],
)
def test_tests_that_do_not_mirror_the_rooms_are_caught(changed: dict[str, str | None], says: str) -> None:
    (found,) = rooms.unmirrored(_library(**changed))
    assert says in found


def _street(service: str) -> Street:
    folders = tuple(f"{folder}/{service}/" for folder in ("services", "tests/unit", "tests/integration"))
    paths = [path for path in files() if path.startswith(folders)]
    return Street(service, {path: (ROOT / path).read_text() if path.endswith(".py") else "" for path in paths})


@pytest.mark.parametrize("service", imports.SERVICES)
def test_every_service_is_a_street_of_rooms(service: str) -> None:
    street = _street(service)
    found = [each for rule in _RULES for each in rule(street)]
    assert not found, "\n".join(found)


def test_a_test_of_the_chassis_in_a_folder_of_another_name_is_caught() -> None:
    chassis = ["services/chassis/relay/relay.py", "services/chassis/room.py"]
    right = ["tests/unit/chassis/relay/test_relay.py", "tests/unit/chassis/test_room.py", "tests/unit/chassis/a/b.py"]
    wrong = "tests/integration/chassis/morgue/test_letters.py"
    assert list(rooms.strange_to_the_chassis([*chassis, *right, wrong])) == [
        f"{wrong}: the chassis has no room morgue; name the folder as the room"
    ]


def test_tests_of_the_chassis_stand_in_its_rooms() -> None:
    found = list(rooms.strange_to_the_chassis(files()))
    assert not found, "\n".join(found)
