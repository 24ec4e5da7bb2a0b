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
    """A sheet with a hole in a name is not issued."""


def printed(bulletin: Bulletin, name: str, url: str, language: str) -> bytes:
    """The sheet of `bulletin` of the community called `name`; `url` is where it stands.

    Raises:
        CannotBeDrawn: a character of it has no picture in the font.
    """
    b, last_day = LABELS[language], bulletin.of.end - timedelta(days=1)
    week = b["week"].format(year=bulletin.year, week=bulletin.week)
    if missing := missing_in(name, *b.values()):
        raise CannotBeDrawn(missing=", ".join(missing))
    paper = Paper(f"{name} {b['bulletin']} {week}", language, bulletin.issued_at)
    paper.headline(name)
    paper.headline(f"{b['bulletin']} · {week}", 15)
    paper.headline(f"{day(bulletin.of.start, language)} – {day(last_day, language)}", 12)
    paper.ln(6)
    figures = bulletin.figures.model_dump()
    paper.rows([(b[each], f"{figures[each]:,}") for each in _ROWS], (3, 1))
    paper.ln(8)
    paper.note(b["meaning"])
    paper.note(f"{b['seal']}\n{bulletin.seal}")
    paper.note(f"{b['previous']}\n{bulletin.previous or b['first']}")
    paper.note(f"{b['issued']} {moment(bulletin.issued_at, language)}\n{url}")
    return paper.bytes()
