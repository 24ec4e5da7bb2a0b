"""Checks and renders templates that people have written. A template says words and asks for values, and nothing else.

Its syntax tree is held to a list of what may stand in it: words, values by name, conditions, a few filters. So there is
no way to attributes, calls, loops or arithmetic, whatever the sandbox would let pass; the sandbox stands behind it.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import lru_cache

from jinja2 import StrictUndefined, Template, nodes
from jinja2.exceptions import TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from services.chassis.errors import Invalid
from services.chassis.words import Worded
from services.contracts.text import blank, fitted

_MAY_STAND = (
    nodes.Template,
    nodes.Output,
    nodes.TemplateData,
    nodes.Name,
    nodes.Const,
    nodes.If,
    nodes.Compare,
    nodes.Operand,
    nodes.And,
    nodes.Or,
    nodes.Not,
    nodes.CondExpr,
    nodes.Filter,
    nodes.Test,
)
_TOO_DEEP = (RecursionError, SyntaxError, ValueError, MemoryError, OverflowError)
"""What the parser and the compiler of Python make of nests that are too deep and of numbers that are too long."""
_FILTERS = frozenset({"default", "upper", "lower", "trim"})
_TESTS = frozenset({"none", "true", "false"})
ITS_OWN: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "broadcast": {"subject": ("title",), "body": ("text",), "short": ("title", "text")}
}
"""What each part of a text must say, by kind: the words of a broadcast are its author's. Of several, one is enough."""
_MARK = "7c41e08b"
SAMPLES: Mapping[type, object] = {str: "楼道灯", int: 3, float: 1.5, bool: True, datetime: "12月3日 周四 16:30"}

_SANDBOX = ImmutableSandboxedEnvironment(
    undefined=StrictUndefined, finalize=fitted, autoescape=False, trim_blocks=True, lstrip_blocks=True
)


class TemplateRefused(
    Invalid, code="template.refused", zh="模板有误：{trouble}", en="The template is wrong: {trouble}."
):
    """A text is saved only if it can be filled, whatever is known of what it speaks of."""


def check(source: str, variables: Mapping[str, type], most: int, kind: str = "") -> None:
    """Raises TemplateRefused unless `source` asks for `variables` alone and, filled, whatever of them is missing, says
    something and fits into `most` characters. What a text of `kind` must say is never missing.
    """
    trouble = next(_troubles(source, variables), None)
    if trouble is not None:
        raise TemplateRefused(trouble=trouble)
    sure = {name for names in ITS_OWN.get(kind, {}).values() for name in names}
    known = samples(variables)
    for values in (known, {name: value if name in sure else None for name, value in known.items()}):
        try:
            text = render(source, values)
        except (TemplateError, TypeError, *_TOO_DEEP) as error:
            name = type(error).__name__
            trouble = Worded.sentence(f"无法填入内容（{name}）", f"it can't be filled ({name})")
            raise TemplateRefused(trouble=trouble) from None
        if blank(text):
            missing = Worded.sentence("缺少这些值时没有任何文字", "where values are missing, it says nothing")
            nothing = Worded.sentence("填好后没有任何文字", "filled, it says nothing")
            raise TemplateRefused(trouble=nothing if blank(render(source, samples(variables))) else missing)
        if len(text) > most:
            zh, en = f"填好后有 {len(text)} 个字，最多 {most} 个", f"filled, it has {len(text)} characters of {most}"
            raise TemplateRefused(trouble=Worded.sentence(zh, en))


def require_said(kind: str, part: str, source: str, variables: Mapping[str, type]) -> None:
    """Raises TemplateRefused unless `part` of a text of `kind` says what somebody wrote for the people who are told,
    whatever else is known: six thousand people who read the same sentence whatever was announced are told nothing."""
    names = ITS_OWN.get(kind, {}).get(part, ())
    for others in (samples(variables), dict.fromkeys(variables)):
        if not says(kind, part, render(source, {**others, **dict.fromkeys(names, _MARK)}), dict.fromkeys(names, _MARK)):
            wanted = " / ".join(names)
            zh, en = f"{part} 中必须有 {wanted}", f"its {part} must say {wanted}"
            raise TemplateRefused(trouble=Worded.sentence(zh, en))


def says(kind: str, part: str, text: str, values: Mapping[str, object]) -> bool:
    """Whether `text`, a filled `part` of a text of `kind`, says one of the values that it must, as far as there are
    any."""
    wanted = [str(values[name]) for name in ITS_OWN.get(kind, {}).get(part, ()) if values.get(name) is not None]
    said = " ".join(text.split()).casefold()
    return not wanted or any(" ".join(each.split()).casefold() in said for each in wanted)


def samples(variables: Mapping[str, type]) -> dict[str, object]:
    """A value for each variable, as a preview shows it."""
    return {name: SAMPLES.get(kind, SAMPLES[str]) for name, kind in variables.items()}


def render(source: str, values: Mapping[str, object]) -> str:
    """`source`, filled."""
    return _compiled(source).render({**values})


def in_one_line(source: str, values: Mapping[str, object]) -> str:
    """`source`, filled, in one line whatever the values hold: a subject, or a text where there is room for little."""
    return " ".join(render(source, values).split())


@lru_cache(maxsize=1024)
def _compiled(source: str) -> Template:
    return _SANDBOX.from_string(source)


def _troubles(source: str, variables: Mapping[str, type]) -> Iterator[Worded]:
    try:
        tree = _SANDBOX.parse(source)
    except (TemplateError, *_TOO_DEEP) as error:
        line = getattr(error, "lineno", 1)
        yield Worded.sentence(f"第 {line} 行无法识别", f"line {line} is not understood")
        return
    for node in tree.find_all(nodes.Node):
        if not isinstance(node, _MAY_STAND):
            name = type(node).__name__
            yield Worded.sentence(f"模板中不能使用 {name}", f"{name} may not stand in a template")
        elif isinstance(node, nodes.Name) and node.name not in variables:
            yield Worded.sentence(f"没有变量 {node.name}", f"there is no value {node.name}")
        elif isinstance(node, nodes.Filter) and node.name not in _FILTERS:
            yield Worded.sentence(f"没有过滤器 {node.name}", f"there is no filter {node.name}")
        elif isinstance(node, nodes.Test) and node.name not in _TESTS:
            yield Worded.sentence(f"没有判断 {node.name}", f"there is no test {node.name}")
        elif isinstance(node, nodes.Compare):
            yield from _mixed(node, variables)


def _mixed(node: nodes.Compare, variables: Mapping[str, type]) -> Iterator[Worded]:
    """A value is compared with one of its own type: what else compares is a slip."""
    if not isinstance(node.expr, nodes.Name) or node.expr.name not in variables:
        return
    kind = variables[node.expr.name]
    for operand in node.ops:
        if isinstance(operand.expr, nodes.Const) and operand.expr.value is not None:
            given = type(operand.expr.value)
            if given is not kind and not {given, kind} <= {int, float}:
                name = node.expr.name
                yield Worded.sentence(f"{name} 不是 {given.__name__} 类型", f"{name} is no {given.__name__}")
