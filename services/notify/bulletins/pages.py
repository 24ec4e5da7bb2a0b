"""Bulletins as web pages: the list of a community (its shelf), and the sheet of a week, which fits on a page of A4."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path

from services.notify.board.page import Page
from services.notify.bulletins.domain import Bulletin

TEMPLATES = Path(__file__).parent / "templates"

LABELS: Mapping[str, Mapping[str, str]] = {
    "zh": {
        "bulletin": "社区周报",
        "week": "{year}年第{week}周",
        "rounds": "完成巡查",
        "floors": "走访楼层",
        "found": "巡查发现",
        "on_the_spot": "其中现场解决",
        "reported": "新上报案件",
        "closed": "核查办结",
        "open": "周末仍在办理",
        "activities": "举办活动",
        "seal": "本期封印",
        "previous": "上期封印",
        "first": "本期为首期",
        "issued": "生成于",
        "meaning": "封印由本期内容与上期封印共同算出。任何一期事后被改动，其后各期封印都会对不上。",
        "none": "还没有周报。每周一早上生成上一周的周报。",
        "back": "回到公示栏",
        "paper": "打印版（PDF）",
        "older": "更早的周报",
    },
    "en": {
        "bulletin": "Weekly bulletin",
        "week": "Week {week} of {year}",
        "rounds": "Rounds completed",
        "floors": "Floors walked",
        "found": "Found on rounds",
        "on_the_spot": "of these fixed on the spot",
        "reported": "Cases reported",
        "closed": "Checked and closed",
        "open": "Open when the week ended",
        "activities": "Activities held",
        "seal": "Seal",
        "previous": "Seal of the week before",
        "first": "This is the first bulletin",
        "issued": "Issued",
        "meaning": "The seal is made of what this bulletin says and of the seal before it. "
        "Where an earlier bulletin is changed, no later seal fits any more.",
        "none": "There is no bulletin yet. On Monday morning that of the week before is issued.",
        "back": "Back to the board",
        "paper": "To print (PDF)",
        "older": "Earlier bulletins",
    },
}


class Sheets:
    """Renders bulletins in the frame of the board."""

    def __init__(self, page: Page) -> None:
        self._page = page

    def sheet(self, bulletin: Bulletin, lang: str) -> str:
        """The bulletin of one week."""
        last_day = bulletin.of.end - timedelta(days=1)
        return self._page.render(
            "bulletin.html.j2",
            lang,
            b=LABELS[lang],
            bulletin=bulletin,
            days=(bulletin.of.start, last_day),
            name=self._page.name(bulletin.community, lang),
        )

    def gone(self, lang: str) -> str:
        """The page that says that a week has no bulletin."""
        return self._page.render("gone.html.j2", lang, what="bulletin")

    def name(self, community: str, lang: str) -> str:
        """The name of the community in the language `lang`."""
        return self._page.name(community, lang)

    def no_board(self, lang: str) -> str:
        """The page that says that there is no such community."""
        return self._page.gone(lang)

    def shelf(self, community: str, bulletins: Sequence[Bulletin], lang: str, older: str | None = None) -> str:
        """The list of bulletins, the newest first; `older`: the cursor where those before them begin."""
        return self._page.render(
            "shelf.html.j2",
            lang,
            b=LABELS[lang],
            bulletins=bulletins,
            older=older,
            community=community,
            name=self._page.name(community, lang),
        )
