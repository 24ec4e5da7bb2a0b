"""A bulletin on paper: a sheet of A4 with the figures of the week, the seal, and where it can be checked."""

from datetime import timedelta

from services.chassis.errors import Invalid
from services.notify.bulletins.domain import Bulletin
from services.notify.bulletins.pages import LABELS
from services.notify.shared.calendar import day, moment
from services.notify.shared.paper import Paper, missing_in

_ROWS = ("rounds", "floors", "found", "on_the_spot", "reported", "closed", "open", "activities")


class CannotBeDrawn(
    Invalid,
    code="bulletin.cannot-be-drawn",
    zh="字体中没有这些字，周报未生成：{missing}。",
    en="The font has no such characters, so the bulletin was not made: {missing}.",
):
    """The font lacks a character of the sheet, which is then not printed."""


def printed(bulletin: Bulletin, name: str, url: str, language: str) -> bytes:
    """The sheet of `bulletin` of the community called `name`. `url` is the address of the bulletin.

    Raises:
        CannotBeDrawn: the font lacks a character of the sheet.
    """
    b, last_day = LABELS[language], bulletin.of.end - timedelta(days=1)
    week = b["week"].format(year=bulletin.year, week=bulletin.week)
    if missing := missing_in(name, *b.values()):
        raise CannotBeDrawn(missing=", ".join(missing))
    paper = Paper(f"{name} {b['bulletin']} {week}", language, bulletin.issued_at)
    days = f"{day(bulletin.of.start, language)} – {day(last_day, language)}"
    paper.masthead(b["bulletin"], name, f"{week} · {days}")
    figures = bulletin.figures.model_dump()
    paper.figures([(b[each], f"{figures[each]:,}") for each in _ROWS])
    paper.space(8)
    paper.note(b["meaning"])
    paper.note(f"{b['seal']}\n{bulletin.seal}")
    paper.note(f"{b['previous']}\n{bulletin.previous or b['first']}")
    paper.note(f"{b['issued']} {moment(bulletin.issued_at, language)}\n{url}")
    return paper.bytes()
