"""The lists of a day as pages to print: black on white, one row for each service or call, with a box to tick off."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from html import escape
from typing import Any

from services.chassis.values import ZONE
from services.volunteers.coordination.calls import SAID, Why
from services.volunteers.needs.domain.homes import Whereabouts
from services.volunteers.needs.domain.need import Need

_STYLE = (
    "body{font:11pt/1.4 'Noto Sans SC','Microsoft YaHei',sans-serif;color:#000;background:#fff;margin:12mm}"
    "h1{font-size:15pt}table{border-collapse:collapse;width:100%}th,td{border:1px solid #555;padding:2mm;"
    "text-align:left;vertical-align:top}thead{display:table-header-group}tr{break-inside:avoid}"
)


@dataclass(frozen=True, slots=True)
class Row:
    """One service of the day. `going`: names and phones; `home`: where whoever is helped lives, where it is a visit."""

    need: Need
    work: str
    place: str | None
    going: Sequence[tuple[str, str | None]]
    home: Whereabouts | None


def day_page(on: date, rows: Sequence[Row]) -> str:
    """The page that tells who goes where and when, and what they have to know there."""
    cells = "".join(
        f"<tr><td>☐</td><td>{_times(row.need)}</td><td>{escape(row.work)}</td><td>{escape(_where(row))}</td>"
        f"<td>{escape('、'.join(_person(name, phone) for name, phone in row.going) or '无人')}"
        f"（{len(row.going)}/{row.need.seats}）</td><td>{escape(_risks(row.home))}</td></tr>"
        for row in rows
    )
    heads = ("", "时间 When", "内容 What", "地点 Where", "志愿者 Who", "注意事项 Risks")
    return _page(f"当日服务表 {on.isoformat()}", heads, cells)


def call_page(on: date, calls: Sequence[Mapping[str, Any]], uncovered: int) -> str:
    """The page of the call list, with the number of needs without anybody (`uncovered`)."""
    cells = "".join(
        f"<tr><td>☐</td><td>{escape(call['name'])}</td><td>{escape(call['phone'] or '—')}</td>"
        f"<td>{'<br>'.join(escape(_about(about)) for about in call['about'])}</td></tr>"
        for call in calls
    )
    return _page(
        f"联系清单 {on.isoformat()}（无人服务：{uncovered}）", ("", "姓名 Name", "电话 Phone", "事由 What for"), cells
    )


def _about(about: Mapping[str, Any]) -> str:
    why, _ = SAID[Why(about["why"])]
    place = about["place"]["zh"] if about["place"] is not None else ""
    return f"{about['starts_at'].astimezone(ZONE):%H:%M} {about['work']['zh']} {place} {why}"


def _person(name: str, phone: str | None) -> str:
    return name if phone is None else f"{name} {phone}"


def _times(need: Need) -> str:
    return f"{need.starts_at.astimezone(ZONE):%H:%M}–{need.ends_at.astimezone(ZONE):%H:%M}"


def _where(row: Row) -> str:
    door = None if row.home is None else row.home.home
    return " ".join(each for each in (row.place, door) if each is not None)


def _risks(home: Whereabouts | None) -> str:
    if home is None:
        return ""
    call = home.emergency
    contact = None if call is None else f"紧急联系人：{call.name} {call.phone}"
    return "；".join(each for each in (home.note, contact) if each is not None)


def _page(title: str, heads: Sequence[str], rows: str) -> str:
    row = "".join(f'<th scope="col">{escape(head)}</th>' for head in heads)
    return (
        '<!DOCTYPE html><html lang="zh-CN"><head><meta charset="utf-8">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head><body><main><h1>{escape(title)}</h1>"
        f"<table><thead><tr>{row}</tr></thead><tbody>{rows}</tbody></table></main></body></html>"
    )
