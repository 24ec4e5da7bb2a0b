"""No module says what it may not."""

from collections.abc import Callable, Iterator

import pytest

from tests.rules import words
from tests.rules.tree import Module, modules

Rule = Callable[[Module], Iterator[str]]

SERVICE = "services/issues/cases/domain/case.py"
LONG = "x = 1\n"


@pytest.mark.parametrize(
    ("rule", "path", "text"),
    [
        (words.own_clock, SERVICE, "from datetime import UTC, datetime\nnow = datetime.now(UTC)"),
        (words.own_clock, SERVICE, "import datetime\nnow = datetime.datetime.now(tz=datetime.UTC)"),
        (words.own_clock, SERVICE, "from datetime import date\ntoday = date.today()"),
        (words.naive_time, "deploy/local/demo.py", "from datetime import datetime\nnow = datetime.now()"),
        (words.naive_time, "tests/e2e/test_board.py", "import datetime\nnow = datetime.datetime.utcnow()"),
        (words.bare_except, "deploy/local/demo.py", "try:\n    pass\nexcept:\n    pass"),
        (words.stray_print, SERVICE, "def handle() -> None:\n    print('here')"),
        (words.topic_by_hand, SERVICE, "topic = 'community.issues.v1'"),
        (words.topic_by_hand, "deploy/local/seed.py", "topics = {'community.notices.v1.dlq': 3}"),
        (words.assertion_in_product, SERVICE, "assert case"),
        (words.text_of_any_kind, SERVICE, "Line = Annotated[str, StringConstraints(max_length=9)]"),
        (words.guessed_setting, SERVICE, "page = getattr(settings, 'report_page', None)"),
        (words.guessed_setting, SERVICE, "page = getattr(self.settings, 'report_page')"),
        (words.guessed_setting, SERVICE, "class Runtime:\n    settings: Any"),
        (words.guessed_setting, SERVICE, "def of(settings: Any) -> None: ..."),
        (words.particulars_of_a_mapping, SERVICE, "about = Particulars(**{**known, 'merged': True})"),
        (words.unchecked_copy, SERVICE, "class A(BaseModel):\n    def model_copy(self): ..."),
        (words.unchecked_copy, SERVICE, "copied = BaseModel.model_copy(case, update={'x': 1})"),
        (words.too_long, "tests/unit/test_all.py", LONG * 401),
    ],
)
def test_what_a_rule_forbids_is_caught(rule: Rule, path: str, text: str) -> None:
    assert list(rule(Module(path, text)))


@pytest.mark.parametrize(
    ("rule", "path", "text"),
    [
        (words.own_clock, "services/chassis/clock.py", "from datetime import UTC, datetime\nnow = datetime.now(UTC)"),
        (words.own_clock, SERVICE, "def late(clock: Clock) -> bool:\n    return clock.now() > due"),
        (words.naive_time, "tests/e2e/test_board.py", "from datetime import UTC, datetime\nnow = datetime.now(UTC)"),
        (words.bare_except, SERVICE, "try:\n    pass\nexcept ValueError:\n    pass"),
        (words.stray_print, "services/commands/topics.py", "print('made')"),
        (words.stray_print, "services/contracts/__main__.py", "print('fresh')"),
        (words.topic_by_hand, "services/contracts/topics.py", "ISSUES = 'community.issues.v1'"),
        (words.topic_by_hand, SERVICE, "'''Goes to community.issues.v1 in the end.'''"),
        (words.assertion_in_product, "tests/unit/test_case.py", "assert case"),
        (words.text_of_any_kind, SERVICE, "Line = Annotated[str, StringConstraints(max_length=9), Plain]"),
        (words.text_of_any_kind, SERVICE, "Code = Annotated[str, StringConstraints(pattern='^[a-z]+$')]"),
        (words.guessed_setting, SERVICE, "def of(settings: ReadingSettings) -> None:\n    settings.kpi_formulas"),
        (words.particulars_of_a_mapping, SERVICE, "about = Particulars(title=known.title, merged=True)"),
        (words.unchecked_copy, SERVICE, "changed = case.model_copy(update={'title': None})"),
        (words.too_long, "tests/unit/test_all.py", LONG * 400),
    ],
)
def test_what_a_rule_allows_passes(rule: Rule, path: str, text: str) -> None:
    assert list(rule(Module(path, text))) == []


@pytest.mark.parametrize(
    "rule",
    [
        words.own_clock,
        words.naive_time,
        words.bare_except,
        words.stray_print,
        words.topic_by_hand,
        words.assertion_in_product,
        words.text_of_any_kind,
        words.guessed_setting,
        words.particulars_of_a_mapping,
        words.unchecked_copy,
        words.too_long,
    ],
    ids=lambda rule: rule.__name__,
)
def test_the_house_keeps_the_rule(rule: Rule) -> None:
    told = [found for module in modules("services", "deploy", "tests") for found in rule(module)]
    assert not told, "\n".join(told)
