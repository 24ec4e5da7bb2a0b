"""The page behind the link by which a message is answered: what is asked, until when, and two large buttons.

It works without a script, loads nothing, and its one style is named in the policy by its digest.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from services.chassis.http.style_policy import style_policy
from services.notify.notices.domain.answering import Question, Standing, may_change
from services.notify.notices.domain.notice import Notice
from services.notify.notices.wording import Wording
from services.notify.shared.calendar import moment

ALL = "all"
"""Stands in the form for whatever can still be answered."""
_STYLE = (
    "body{font:1.25rem/1.6 'PingFang SC','Microsoft YaHei','Noto Sans CJK SC',sans-serif;margin:0;color:#1c2733;"
    "background:#f6f4f0}main{max-width:38rem;margin:0 auto;padding:1rem 1rem 3rem}h1{font-size:1.6rem;margin:.5rem 0}"
    "h2{font-size:1.3rem;margin:0 0 .5rem}.community{color:#8a1f19;font-weight:700;margin:0}section{background:#fff;"
    "border-top:4px solid #a3261f;padding:1rem;margin:1rem 0}p{margin:.5rem 0}button{font:inherit;font-weight:700;"
    "width:100%;min-height:64px;margin-top:1rem;border:3px solid #1d6b35;border-radius:8px;background:#1d6b35;"
    "color:#fff}button.no{background:#fff;color:#8a1f19;border-color:#8a1f19}.said{border-left:6px solid #a3261f;"
    "padding-left:.8rem;font-weight:600}:focus-visible{outline:4px solid #1a5fb4;outline-offset:3px}"
    "@media(prefers-color-scheme:dark){body{background:#14181d;color:#e8ecf1}section{background:#1e242b}"
    ".community{color:#ff9d94}button.no{background:#1e242b;color:#ff9d94;border-color:#ff9d94}"
    ":focus-visible{outline-color:#99c1f1}}"
)
CSP = style_policy(_STYLE)
"""What the page may do: show itself, and send its form here."""
_PAGES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "pages"),
    undefined=StrictUndefined,
    autoescape=True,
    trim_blocks=True,
    lstrip_blocks=True,
)


@dataclass(frozen=True, slots=True)
class Shown:
    """A question, how it stands, and whether what became of the answer is known (`certain`)."""

    question: Question
    stands: Standing
    certain: bool


def answer_page(notice: Notice, shown: Sequence[Shown], wording: Wording, language: str, now: datetime) -> str:
    """The page of `notice`, with what it asks."""
    asked = [
        {
            **wording.mentioned(language, notice.community, each.question.particulars),
            "activity": each.question.activity,
            "kind": each.question.kind,
            "until": moment(each.question.until, language),
            "stands": each.stands.value,
            "certain": each.certain,
            "changeable": may_change(each.question, each.stands, now),
        }
        for each in shown
    ]
    return _rendered(
        language,
        asked=asked,
        community=wording.community(notice.community, language),
        behalf=notice.behalf is not None,
        called=notice.called,
        open=sum(each.stands is Standing.OPEN for each in shown),
    )


def no_page(language: str) -> str:
    """The page of a link that leads nowhere: forged, mistyped, or of somebody who is gone."""
    return _rendered(language, asked=None, community="", behalf=False, called=None, open=0)


def _rendered(language: str, **values: object) -> str:
    return _PAGES.get_template("answer.html.j2").render(lang=language, style=_STYLE, **values).lstrip()
