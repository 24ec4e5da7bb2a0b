"""Reads volunteers and needs, as the store has them, into columns."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, TypeAlias

import numpy

from services.chassis.calendar.holidays import HOLIDAYS
from services.chassis.values import local_date
from services.contracts.volunteers import SeatRole
from services.volunteers.matching.columns import (
    GENDERS,
    NEVER,
    Book,
    Ints,
    People,
    Ragged,
    State,
    Wanted,
    day_number,
    lot_of,
    millis,
    minutes_of_week,
    offers_of,
    statuses_by_use,
)
from services.volunteers.needs.domain.asked import InvitationStatus
from services.volunteers.needs.domain.eligibility import PATIENCE
from services.volunteers.needs.domain.offers import LIVE
from services.volunteers.needs.domain.roles import RoleSeats
from services.volunteers.people.domain.bookings import WEEK
from services.volunteers.people.domain.levels import LOWEST
from services.volunteers.people.domain.profile import ASKS_A_WEEK
from services.volunteers.shared.values import GROWN_UP, age_on, minute_of_day

States: TypeAlias = Mapping[str, State]
"""Aggregates as the store has them, by id."""

_ACTIVE = "active"
_LIVE = frozenset(map(str, LIVE))
NEED_FIELDS = (
    *("starts_at", "ends_at", "building", "category", "skill", "certificate", "language", "gender", "min_age"),
    *("adults_only", "with_minors", "insured_only", "urgency", "seats", "open_seats", "ask_from", "offers", "barred"),
    *("roles", "invited", "skill_level", "continuity"),
)
VOLUNTEER_FIELDS = (
    *("person", "skills", "claimed_skills", "availability", "away", "building", "reach", "weekly_minutes"),
    *("extra", "within", "prefers", "levels"),
    *("daily_minutes", "languages", "not_now_until", "avoids", "born", "gender", "insured_until", "adult"),
    *("certificates", "approved_at", "on_holidays", "status", "bookings", "erased", "asked_at", "asks_a_week"),
    *("community", "consents"),
)


def by_role(states: Mapping[str, State]) -> Mapping[str, State]:
    """`states`, where a need with roles stands once for each, with what that role asks, under `row_id`."""
    with_roles = {id for id, state in states.items() if state.get("roles")}
    if not with_roles:
        return states
    found = {id: state for id, state in states.items() if id not in with_roles}
    for id in with_roles:
        found |= {row_id(id, role): part for role, part in _parts(states[id])}
    return found


def row_id(need: str, role: SeatRole) -> str:
    """The id of the row of one role of a need."""
    return f"{need}#{role}"


def need_of(row: str) -> tuple[str, SeatRole]:
    """The need and the role that a row stands for."""
    need, _, role = row.partition("#")
    return need, SeatRole(role) if role else SeatRole.HELPER


def _parts(state: State) -> Iterator[tuple[SeatRole, State]]:
    for stored in state["roles"]:
        part = RoleSeats.model_validate(stored)
        taken = sum(
            offer["status"] in _LIVE and offer.get("role", SeatRole.HELPER) == part.role
            for offer in state.get("offers", ())
        )
        seats = {"seats": part.seats, "open_seats": max(0, part.seats - taken)}
        yield part.role, {**state, **part.stricter_than(state), **seats}


def wanted_of(states: Mapping[str, State], book: Book, now: datetime) -> Wanted:
    """The needs with an open seat that start after `now`, of `states` by id, each role of a need by itself."""
    states = by_role(states)
    begin = {id: state["starts_at"] for id, state in states.items()}
    ids = sorted(id for id, state in states.items() if state["open_seats"] > 0 and begin[id] > now)
    rows = [states[id] for id in ids]
    live, asked, released = statuses_by_use()

    def column(read: Any) -> Ints:
        return numpy.array([read(row) for row in rows], dtype=numpy.int64)

    def flags(name: str) -> Any:
        return numpy.array([bool(row.get(name)) for row in rows], dtype=bool)

    def people(statuses: frozenset[str]) -> dict[int, frozenset[str]]:
        return {i: found for i, row in enumerate(rows) if row.get("offers") and (found := offers_of(row, statuses))}

    codes, buildings = book.codes, book.buildings
    of_need = [need_of(id)[0] for id in ids]
    for need in of_need:
        book.needs[need]
    alive, before = people(live), people(asked)
    for i, row in enumerate(rows):
        if row.get("invited"):
            stands = (each["person"] for each in row["invited"] if each["status"] != InvitationStatus.RELEASED)
            before[i] = before.get(i, frozenset()).union(stands)
    return Wanted(
        ids=ids,
        needs=of_need,
        lot=numpy.array([lot_of(id) for id in ids], dtype=numpy.int64),
        starts=numpy.array([millis(begin[id]) for id in ids], dtype=numpy.int64),
        ends=column(lambda row: millis(row["ends_at"])),
        building=column(lambda row: buildings.of(row.get("building"))),
        category=column(lambda row: codes[row["category"]]),
        skill=column(lambda row: codes.of(row.get("skill"))),
        skill_level=column(lambda row: row.get("skill_level") or LOWEST),
        certificate=column(lambda row: codes.of(row.get("certificate"))),
        language=column(lambda row: codes.of(row.get("language"))),
        gender=column(lambda row: _gender(row.get("gender"))),
        min_age=column(lambda row: row.get("min_age") or -1),
        adults_only=flags("adults_only"),
        with_minors=flags("with_minors"),
        insured_only=flags("insured_only"),
        continuity=flags("continuity"),
        urgency=column(lambda row: row.get("urgency", 1)),
        seats=column(lambda row: row["seats"]),
        open=column(lambda row: row["open_seats"]),
        helped=numpy.array([i in alive for i in range(len(rows))], dtype=bool),
        due=numpy.array([row["ask_from"] <= now for row in rows], dtype=bool),
        asked=before,
        live=alive,
        released=people(released),
        barred={i: frozenset(row["barred"]) for i, row in enumerate(rows) if row.get("barred")},
    )


def people_of(states: Mapping[str, State], book: Book, now: datetime) -> People:
    """All volunteers of `states` by id."""
    ids = sorted(states)
    rows = [states[id] for id in ids]
    held: dict[str, dict[int, list[int]]] = {name: defaultdict(list) for name in ("skills", "languages", "reach")}
    certificates: dict[int, dict[int, int]] = defaultdict(dict)
    levels: dict[tuple[int, int], list[int]] = defaultdict(list)
    for i, row in enumerate(rows):
        for code in row.get("skills", ()) if "claimed_skills" in row else ():
            held["skills"][book.codes[code]].append(i)
        for told in row.get("levels", ()):
            if told["skill"] in row["skills"]:
                for level in range(LOWEST + 1, told["level"] + 1):
                    levels[book.codes[told["skill"]], level].append(i)
        for code in row.get("languages", ()):
            held["languages"][book.codes[code]].append(i)
        for building in _goes_to(row) or ():
            held["reach"][book.buildings[building]].append(i)
        for certificate in row.get("certificates", ()):
            until = day_number(certificate["valid_until"])
            of_code = certificates[book.codes[certificate["code"]]]
            of_code[i] = max(until, of_code.get(i, NEVER))

    def column(read: Any) -> Ints:
        return numpy.array([read(row) for row in rows], dtype=numpy.int64)

    def flags(read: Any) -> Any:
        return numpy.array([read(row) for row in rows], dtype=bool)

    def indexed(of: Mapping[int, list[int]]) -> dict[int, Ints]:
        return {code: numpy.array(who, dtype=numpy.int64) for code, who in of.items()}

    return People(
        ids=ids,
        person=[row["person"] for row in rows],
        lot=numpy.array([lot_of(id) for id in ids], dtype=numpy.int64),
        may_act=flags(lambda row: row.get("approved_at") is not None and not row.get("erased")),
        active=flags(lambda row: str(row.get("status", _ACTIVE)) == _ACTIVE and not row.get("erased")),
        adult=flags(_may_be_adult),
        born=column(lambda row: day_number(row.get("born"))),
        unguarded=flags(lambda row: _is_unguarded(row, now)),
        gender=column(lambda row: _gender(row.get("gender"))),
        insured_until=column(lambda row: day_number(row.get("insured_until"))),
        not_now_until=column(lambda row: day_number(row.get("not_now_until"))),
        building=column(lambda row: book.buildings.of(row.get("building"))),
        anywhere=flags(lambda row: _goes_to(row) is None),
        weekly=column(lambda row: row.get("weekly_minutes", 600)),
        daily=column(lambda row: row.get("daily_minutes", 1440)),
        asks_left=column(lambda row: _asks_left(row, now)),
        avoids={i: frozenset(row["avoids"]) for i, row in enumerate(rows) if row.get("avoids")},
        prefers={i: frozenset(row["prefers"]) for i, row in enumerate(rows) if row.get("prefers")},
        skills=indexed(held["skills"]),
        levels={at: numpy.array(who, dtype=numpy.int64) for at, who in levels.items()},
        languages=indexed(held["languages"]),
        reach=indexed(held["reach"]),
        certificates={
            code: (numpy.fromiter(of, numpy.int64, len(of)), numpy.fromiter(of.values(), numpy.int64, len(of)))
            for code, of in certificates.items()
        },
        always=flags(lambda row: row.get("availability") is None),
        windows=Ragged.of((minutes_of_week(row.get("availability") or ()) for row in rows), 2),
        away=Ragged.of((_days_off(row, now) for row in rows), 2),
        extra=Ragged.of((_hours_besides(row) for row in rows), 2),
        bookings=Ragged.of((_bookings(row.get("bookings", ()), book) for row in rows), 5),
    )


def _days_off(row: State, now: datetime) -> list[tuple[int, int]]:
    """The days on which somebody is away, and public holidays where they are not free on those."""
    away = [(day_number(a["first"]), day_number(a["last"])) for a in row.get("away", ())]
    if row.get("on_holidays", True):
        return away
    off = HOLIDAYS.spans(local_date(now).year, row.get("community", ""))
    return away + [(day_number(first), day_number(last)) for first, last in off]


def _goes_to(row: State) -> frozenset[str] | None:
    """The buildings that somebody goes to: those that they named, and those within their metres; None for all."""
    named, within = row.get("reach"), row.get("within")
    if named is None or within is None:
        only = within if named is None else named
        return None if only is None else frozenset(only)
    return frozenset(named) & frozenset(within)


def _hours_besides(row: State) -> list[tuple[int, int]]:
    """The hours of single dates on which somebody is free besides their weeks, in local minutes since 1970."""
    return [
        (begin + minute_of_day(each["start"]), begin + minute_of_day(each["end"]))
        for each in row.get("extra", ())
        for begin in [day_number(each["on"]) * 1440]
    ]


def _may_be_adult(row: State) -> bool:
    """Whether they are an adult on some day: whose date of birth is known are judged by the day of the need besides."""
    if row.get("born") is None:
        return row.get("adult") is True and "claimed_skills" in row
    return row.get("adult") is not False


def _is_unguarded(row: State, now: datetime) -> bool:
    """Whether they are a minor today for whom no guardian's consent stands."""
    born = row.get("born")
    if row.get("adult") is not False and (born is None or age_on(_day(born), local_date(now)) >= GROWN_UP):
        return False
    return all(each["withdrawn_at"] is not None for each in row.get("consents", ()))


def _day(stored: date | str) -> date:
    return date.fromisoformat(stored) if isinstance(stored, str) else stored


def _gender(name: Any) -> int:
    return -1 if name is None else GENDERS.index(str(name))


def _bookings(bookings: Sequence[State], book: Book) -> list[tuple[int, int, int, int, int]]:
    """The bookings as they are counted: several that hold the same time for the same need count as one."""
    rows = {
        (b["need"], b["starts_at"], b["ends_at"]): (
            book.needs[b["need"]],
            millis(b["starts_at"]),
            millis(b["ends_at"]),
            book.buildings.of(b.get("building")),
            0 if b["until"] is None else millis(b["until"]),
        )
        for b in bookings
    }
    return list(rows.values())


def _asks_left(row: State, now: datetime) -> int:
    """The number of offers that may still be made to somebody now, by their open offers and by their budget of the
    week."""
    waiting = {(b["need"], b["starts_at"], b["ends_at"]): b["until"] for b in row.get("bookings", ())}
    asked = sum(1 for moment in row.get("asked_at", ()) if moment > now - WEEK)
    patience = PATIENCE - sum(1 for until in waiting.values() if until is not None and until > now)
    budget: int = row.get("asks_a_week", ASKS_A_WEEK) - asked
    return min(patience, budget)


HORIZON = timedelta(days=14)
"""Everything that is open and starts within so long is planned together."""
