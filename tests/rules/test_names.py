"""No two classes of one part share a name."""

from tests.rules.names import twins
from tests.rules.tree import Module, modules

HERE = Module("services/issues/rounds/domain/rounds.py", "class Report: ...\n")


def test_two_classes_of_one_name_in_one_service_are_caught() -> None:
    assert len(list(twins([HERE, Module("services/issues/cases/domain/case.py", "x = 1\nclass Report: ...\n")]))) == 1


def test_classes_of_one_name_in_two_services_and_private_ones_pass() -> None:
    elsewhere = Module("services/notify/board/store.py", "class Report: ...\nclass _Body: ...\n")
    assert list(twins([HERE, elsewhere, Module("services/notify/board/views.py", "class _Body: ...\n")])) == []


def test_every_class_of_the_house_has_a_name_of_its_own() -> None:
    told = list(twins(modules("services")))
    assert not told, "\n".join(told)
