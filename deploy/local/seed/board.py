"""Waits until the notice board shows what was loaded, and tells it."""

from collections.abc import Mapping
from typing import Any

from deploy.local.seed.api import COMMUNITY, Api, Hand, until
from deploy.local.seed.cases import CASES
from deploy.local.seed.cast import staff
from deploy.local.seed.volunteers import TEAMS, VOLUNTEERS
from deploy.local.seed.wishes import WISHES
from deploy.local.trouble import Trouble

_BOARD = f"/api/notify/v1/board/{COMMUNITY}"
_CLOSED = ("verified", "evaluated")

Board = Mapping[str, Any]


async def shown(api: Api) -> Board:
    """The board, once it agrees with what the services say by themselves.

    Raises:
        Trouble: some figure doesn't follow.
    """
    desk = staff(api)
    figures: dict[str, tuple[int, int]] = {}

    async def agrees() -> Board | None:
        board = await read(api)
        expected = await _expected(desk)
        figures.update({name: (_figure(board, name), count) for name, count in expected.items()})
        figures["volunteering.minutes"] = (board["volunteering"]["minutes"], await _in_ledger(api))
        return board if all(there == wanted for there, wanted in figures.values()) else None

    try:
        return await until("Showing it on the board", agrees)
    except Trouble as late:
        behind = [f"{name} {there} of {wanted}" for name, (there, wanted) in figures.items() if there != wanted]
        raise Trouble(f"{late} Behind: {', '.join(behind)}.") from None


async def read(api: Api) -> Board:
    """The board as it is now."""
    board: Board = await staff(api).get(_BOARD)
    return board


def summary(board: Board) -> list[str]:
    """What the board shows, in lines."""
    findings, coverage, cases = board["findings"], board["coverage"], board["cases"]
    volunteering = board["volunteering"]
    return [
        f"{len(coverage['buildings'])} buildings, {board['households']:,} households, {board['residents']:,} residents",
        f"{findings['found']} problems found on rounds, {findings['put_right']} put right "
        f"({findings['on_the_spot']} on the spot)",
        f"{len(coverage['covered'])} of {len(coverage['buildings'])} buildings walked, {coverage['floors']} floors",
        f"{cases['reported']} cases, {cases['from_rounds']} of them handed over by rounds: {cases['closed']} closed, "
        f"{cases['open']} open (what was put right on the spot is no case)",
        f"{volunteering['team_count']} teams, {volunteering['volunteers']} volunteers, {volunteering['hours']} hours",
        f"{len(board['activities'])} activities next, {board['wish_count']} wishes",
    ]


async def _expected(desk: Hand) -> dict[str, int]:
    rounds = await desk.all("/api/issues/v1/rounds")
    cases = await desk.all(CASES)
    closed = [case for case in cases if case["status"] in _CLOSED]
    fixed = sum(round["fixed_on_the_spot"] for round in rounds)
    return {
        "findings.found": sum(round["findings"] for round in rounds),
        "findings.put_right": fixed + sum(case["channel"] == "round" for case in closed),
        "cases.reported": len(cases),
        "cases.closed": len(closed),
        "volunteering.volunteers": len(await desk.all(VOLUNTEERS)),
        "volunteering.team_count": len(await desk.all(TEAMS)),
        "wish_count": len(await desk.all(WISHES)),
    }


async def _in_ledger(api: Api) -> int:
    """The minutes that volunteers have given."""
    totals = await staff(api).get("/api/volunteers/v1/accounts/totals", community=COMMUNITY)
    return int(totals["minutes"])


def _figure(board: Board, name: str) -> int:
    """A figure of the board; 0 for one that is not told yet, since it would count too few people."""
    value: Any = board
    for part in name.split("."):
        value = value[part]
    return int(value or 0)
