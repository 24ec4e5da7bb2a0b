"""A template asks for the values of its kind and does nothing else, whoever wrote it."""

from datetime import datetime

import pytest

from services.notify.templates.domain.checking import TemplateRefused, check, in_one_line, render, samples

VARIABLES = {"title": str, "due_at": datetime, "party": int, "merged": bool}


@pytest.mark.parametrize(
    "source",
    [
        "“{{ title }}”{% if due_at %}，{{ due_at }}前{% endif %}",
        "{% if merged is true and party > 1 %}{{ party }}{% else %}{{ title | default('您', true) }}{% endif %}",
        "{{ title or '您的报名' }}",
        "没有变量。",
    ],
)
def test_words_values_and_conditions_may_stand(source: str) -> None:
    check(source, VARIABLES, 200)
    assert render(source, samples(VARIABLES))


@pytest.mark.parametrize(
    "source",
    [
        "{{ titel }}",
        "{{ title",
        "{{ title.__class__.__mro__ }}",
        "{{ title['__class__'] }}",
        "{{ ''.join(title) }}",
        "{% for x in range(999999999) %}x{% endfor %}",
        "{{ 'x' * 999999999 }}",
        "{{ title ~ title }}",
        "{% set x = 1 %}",
        "{% include 'case-verified.v1.zh.txt' %}",
        "{% macro m() %}{% endmacro %}",
        "{{ title | attr('__class__') }}",
        "{{ title | tojson }}",
        "{{ self }}",
        "{{ party > 'x' }}",
        "{{ party > 1 }}",
        "{{ title == 3 }}",
        "长" * 201,
        "{{ " + "(" * 3000 + "1" + ")" * 3000 + " }}",
        "{% if title %}" * 400 + "{% endif %}" * 400,
        "{{ " + "9" * 5000 + " }}",
        "{{ " + "not " * 1500 + "title }}",
    ],
)
def test_everything_else_is_refused_as_it_is_saved(source: str) -> None:
    with pytest.raises(TemplateRefused):
        check(source, VARIABLES, 200)


def test_values_are_put_in_as_they_are_and_never_run() -> None:
    assert render("{{ title }}", {"title": "{{ 7*7 }}{% raw %}"}) == "{{ 7*7 }}{% raw %}"


@pytest.mark.parametrize(
    "source",
    ["{# nothing #}", " ", "\u200b", "\u3164", "{{ title }}", "{% if title == '楼道灯' %}x{% endif %}", "{{ '\\n' }}"],
)
def test_a_text_says_something_whatever_is_missing(source: str) -> None:
    with pytest.raises(TemplateRefused):
        check(source, VARIABLES, 200)


def test_a_value_that_is_missing_is_nothing_and_no_word_of_python() -> None:
    assert render("“{{ title }}”{{ party }}", dict.fromkeys(VARIABLES)) == "“”"


def test_a_subject_stays_one_line_whatever_its_values_hold() -> None:
    assert in_one_line("a{{ '\\n' }}{{ title }}", {"title": "b\r\nBcc: x\u2028c"}) == "a b Bcc: x c"
