"""The call list on paper: a sheet of A4 for who calls or goes from door to door, with room for what came of it.

Names stand in no service: a column is left for them, which the office fills in from its own register.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from services.notify.shared.calendar import moment
from services.notify.shared.paper import Paper, missing_in

_NO_PICTURE = "〓"


@dataclass(frozen=True, slots=True)
class Call:
    """One call: whom, where, and what to say."""

    person: str
    building: str
    phone: str
    words: str
    tried: int


_ZH = ("楼栋 / 编号", "姓名", "电话", "转告内容", "结果")
_EN = ("Building / id", "Name", "Phone", "What to say", "Outcome")


def call_sheet(calls: Sequence[Call], community: str, language: str, now: datetime) -> bytes:
    """The list as a PDF. Characters without a picture in the font show as 〓 and are named at its foot."""
    english = language == "en"
    title = f"{community} {'call list' if english else '电话通知名单'}"
    missing = missing_in(title, *(text for each in calls for text in (each.building, each.words)))
    unseen = {each[0] for each in missing}
    paper = Paper(_shown(title, unseen), language, now)
    paper.headline(_shown(title, unseen), 18)
    paper.note(moment(now, language))
    boxes = "□ told\n□ no answer\n□ wrong number" if english else "□ 已转告\n□ 无人接听\n□ 号码有误"
    rows = [_EN if english else _ZH]
    for each in calls:
        where = f"{each.building or '—'}\n{each.person}"
        rows.append((_shown(where, unseen), "", each.phone or "—", _shown(each.words, unseen), boxes))
    if calls:
        paper.rows(rows, (22, 16, 22, 52, 22), headed=True)
    else:
        paper.note("Nobody waits for a call." if english else "目前没有需要电话通知的人。", 12)
    if missing:
        paper.space(4)
        said = "Characters without a picture in the font (〓): " if english else "字体缺字（以〓代替）："
        paper.note(said + "、".join(each.partition("(")[2].rstrip(")") for each in missing))
    return paper.bytes()


def _shown(text: str, unseen: set[str]) -> str:
    return "".join(_NO_PICTURE if character in unseen else character for character in text)
