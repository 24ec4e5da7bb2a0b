"""The pairs of need and volunteer that all hard filters let through, found by skill, place and time, and never by
looking at all pairs.

Each filter here is the same as the filter of that name in `needs/domain/eligibility`; tests compare the two on
generated people and needs. What follows from a volunteer alone is judged once for each group of needs that ask the
same; then the needs of a building meet those who go there and are free at that hour; what is left is judged exactly.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import numpy

from services.volunteers.matching.columns import (
    EAST,
    MINUTE,
    NEVER,
    WEEK_MINUTES,
    Book,
    Flags,
    Ints,
    People,
    Wanted,
    local_days,
    local_weeks,
)
from services.volunteers.needs.domain.eligibility import RECORD_CHECK, TRAVEL
from services.volunteers.people.domain.levels import LOWEST
from services.volunteers.shared.values import GROWN_UP

TRAVEL_MILLIS = TRAVEL // timedelta(milliseconds=1)
_HOURS = 7 * 24
_MONDAY = 3 * 1440
"""The minutes from the Monday before 1970 to its first day, a Thursday."""
_KEY = 2**15
"""More minutes than two weeks have."""

_CROWD = 4_000_000
"""So many pairs are judged at a time, so that memory stays bounded."""


@dataclass(slots=True)
class Pairs:
    """Pairs by the rows of their need and volunteer, sorted by both."""

    need: Ints
    volunteer: Ints

    def __len__(self) -> int:
        return len(self.need)

    def where(self, kept: Flags) -> "Pairs":
        """The pairs for which `kept` is true."""
        return Pairs(self.need[kept], self.volunteer[kept])


class Judge:
    """Finds the pairs of `wanted` and `people` that all hard filters let through at `now`, in milliseconds."""

    def __init__(self, wanted: Wanted, people: People, book: Book, now: int) -> None:
        self._wanted = wanted
        self._people = people
        self._book = book
        self._today = int(local_days(numpy.array([now]))[0])
        self._begin = (wanted.starts + EAST) // MINUTE
        self._end = (wanted.ends + EAST) // MINUTE
        keys, until = _week_keys(people)
        self._window_keys, self._window_ends = keys, until
        self._row_of = {person: i for i, person in enumerate(people.person)}
        self._need_numbers = numpy.array([book.needs[id] for id in wanted.needs], dtype=numpy.int64)

    def pairs(self) -> Pairs:
        """All pairs."""
        found = [self._exactly(crowd) for crowd in self._crowds()]
        if not found:
            return Pairs(numpy.zeros(0, numpy.int64), numpy.zeros(0, numpy.int64))
        need = numpy.concatenate([pairs.need for pairs in found])
        volunteer = numpy.concatenate([pairs.volunteer for pairs in found])
        order = numpy.argsort(need * len(self._people.ids) + volunteer, kind="stable")
        return Pairs(need[order], volunteer[order])

    def still(self, pairs: Pairs) -> Pairs:
        """Those of `pairs` that still hold after people were booked, and needs given, by an earlier round."""
        return self._by_bookings(self._by_asks(self._by_company(pairs.where(self._wanted.open[pairs.need] > 0))))

    def _crowds(self) -> Iterator[Pairs]:
        """Pairs that pass by skill, place and hour, some at a time."""
        hours = self._hours()
        first = (self._begin + _MONDAY) // 60 % _HOURS
        last = (numpy.maximum(self._begin, self._end - 1) + _MONDAY) // 60 % _HOURS
        waiting, size = [], 0
        for needs, volunteers in self._meetings():
            step = max(1, _CROWD // max(1, len(volunteers)))
            for at in range(0, len(needs), step):
                some = needs[at : at + step]
                free = hours[first[some]][:, volunteers] & hours[last[some]][:, volunteers]
                n, v = numpy.nonzero(free)
                waiting.append(Pairs(some[n], volunteers[v]))
                size += len(n)
                if size >= _CROWD:
                    yield _joined(waiting)
                    waiting, size = [], 0
        if waiting:
            yield _joined(waiting)

    def _meetings(self) -> Iterator[tuple[Ints, Ints]]:
        """Needs that ask the same in one building, and the volunteers who may be asked for them."""
        w, p = self._wanted, self._people
        if not w.ids or not p.ids:
            return
        asked = numpy.stack(
            (
                *(w.skill, w.skill_level, w.certificate, w.language, w.gender),
                *(w.adults_only, w.with_minors, w.insured_only, w.due),
            ),
            axis=1,
        ).astype(numpy.int64)
        groups, of_need = numpy.unique(asked, axis=0, return_inverse=True)
        of_need = of_need.reshape(-1)
        fits = [self._fitting(row) for row in groups]
        anywhere = numpy.nonzero(p.anywhere)[0]
        order = numpy.lexsort((of_need, w.building))
        places = numpy.stack((w.building[order], of_need[order]), axis=1)
        cuts = numpy.nonzero(numpy.any(places[1:] != places[:-1], axis=1))[0] + 1
        for needs in numpy.split(order, cuts):
            building, group = int(w.building[needs[0]]), int(of_need[needs[0]])
            if building < 0:
                volunteers = numpy.nonzero(fits[group])[0]
            else:
                near = numpy.concatenate((anywhere, p.reach.get(building, numpy.zeros(0, numpy.int64))))
                volunteers = near[fits[group][near]]
            if len(volunteers):
                yield needs, volunteers

    def _fitting(self, row: Ints) -> Flags:
        """The volunteers who pass all that depends on what a group of needs asks and on nothing else of the need."""
        p = self._people
        skill, level, certificate, language, gender, adults, minors, insured, due = (int(value) for value in row)
        fit = p.may_act & p.active
        if skill >= 0:
            fit &= _has(p.skills.get(skill) if level <= LOWEST else p.levels.get((skill, level)), len(p.ids))
        if certificate >= 0:
            fit &= self._certified(certificate) > NEVER
        if language >= 0:
            fit &= _has(p.languages.get(language), len(p.ids))
        if gender >= 0:
            fit &= p.gender == gender
        if adults:
            fit &= p.adult
        if minors:
            fit &= self._certified(self._book.codes[RECORD_CHECK]) > NEVER
        if insured:
            fit &= p.insured_until > NEVER
        fit &= p.not_now_until < self._today
        if due:
            fit &= p.asks_left > 0
        fitting: Flags = fit.astype(bool)
        return fitting

    def _certified(self, code: int) -> Ints:
        until = numpy.full(len(self._people.ids), NEVER, dtype=numpy.int64)
        who, days = self._people.certificates.get(code, (numpy.zeros(0, numpy.int64), numpy.zeros(0, numpy.int64)))
        until[who] = days
        return until

    def _hours(self) -> Flags:
        """For each hour of the week, who is free in a part of it."""
        p = self._people
        free = numpy.zeros((_HOURS, len(p.ids)), dtype=bool)
        free[:, p.always] = True
        owner, values = p.windows.spread(numpy.arange(len(p.ids)))
        begin, end = values[:, 0] // 60, (values[:, 1] - 1) // 60
        for ahead in range(int((end - begin).max(initial=-1)) + 1):
            within = begin + ahead <= end
            free[(begin[within] + ahead) % _HOURS, owner[within]] = True
        owner, values = p.extra.spread(numpy.arange(len(p.ids)))
        begin, end = (values[:, 0] + _MONDAY) // 60, (values[:, 1] + _MONDAY - 1) // 60
        for ahead in range(int((end - begin).max(initial=-1)) + 1):
            within = begin + ahead <= end
            free[(begin[within] + ahead) % _HOURS, owner[within]] = True
        return free

    def _exactly(self, pairs: Pairs) -> Pairs:
        """Those of `pairs` that pass every filter that depends on both."""
        w, p = self._wanted, self._people
        n, v = pairs.need, pairs.volunteer
        last_day, first_day = local_days(w.ends)[n], local_days(w.starts)[n]
        kept = self._free(pairs)
        for code in numpy.unique(w.certificate):
            if code >= 0:
                kept &= (w.certificate[n] != code) | (self._certified(int(code))[v] >= last_day)
        if w.with_minors.any():
            kept &= ~w.with_minors[n] | (self._certified(self._book.codes[RECORD_CHECK])[v] >= last_day)
        if w.insured_only.any():
            kept &= ~w.insured_only[n] | (p.insured_until[v] >= last_day)
        if (w.min_age >= 0).any():
            kept &= (w.min_age[n] < 0) | _old_enough(p.born[v], first_day, w.min_age[n])
        if w.adults_only.any():
            grown_up = (p.born[v] == NEVER) | _old_enough(p.born[v], first_day, numpy.full(len(v), GROWN_UP))
            kept &= ~w.adults_only[n] | grown_up
        if p.unguarded.any():
            of_age = p.adult[v] & _old_enough(p.born[v], first_day, numpy.full(len(v), GROWN_UP))
            kept &= ~p.unguarded[v] | of_age
        length = (w.ends - w.starts)[n]
        kept &= (length // MINUTE <= p.weekly[v]) & (length // MINUTE <= p.daily[v])
        return self._by_bookings(self._by_asks(self._by_company(self._by_people(pairs.where(kept)))))

    def _free(self, pairs: Pairs) -> Flags:
        """Whether each minute is one of the week's hours, on a day that is not off, or was given besides."""
        kept = self._in_their_weeks(pairs.need, pairs.volunteer)
        at = numpy.nonzero(kept)[0]
        kept[at[self._off(pairs.where(kept))]] = False
        extra = self._people.extra
        rest = numpy.nonzero(~kept & (extra.counts(pairs.volunteer) > 0))[0] if len(extra.values) else ()
        if not len(rest):
            return kept
        owner, hours = extra.spread(pairs.volunteer[rest])
        begin, end = self._begin[pairs.need[rest]][owner], self._end[pairs.need[rest]][owner]
        whole = _any(owner, (hours[:, 0] <= begin) & (end <= hours[:, 1]), len(rest))
        in_part = _any(owner, (hours[:, 0] < end) & (begin < hours[:, 1]), len(rest))
        kept[rest[whole]] = True
        for each in rest[in_part & ~whole].tolist():
            kept[each] = self._is_covered(int(pairs.need[each]), int(pairs.volunteer[each]))
        return kept

    def _is_covered(self, need: int, volunteer: int) -> bool:
        """Whether hours given besides and hours of the week together hold each minute."""
        begin, end = int(self._begin[need]), int(self._end[need])
        one, p = numpy.array([volunteer]), self._people
        spans = p.extra.spread(one)[1].tolist()
        off = p.away.spread(one)[1].tolist()
        for day in range(begin // 1440, (end - 1) // 1440 + 1):
            if any(first <= day <= last for first, last in off):
                continue
            if p.always[volunteer]:
                spans.append([day * 1440, (day + 1) * 1440])
            monday = (day * 1440 + _MONDAY) % WEEK_MINUTES
            for first, last in p.windows.spread(one)[1].tolist():
                inside = [max(first, monday), min(last, monday + 1440)]
                if inside[0] < inside[1]:
                    spans.append([day * 1440 + minute - monday for minute in inside])
        reached = begin
        for first, last in sorted(spans):
            if first <= reached:
                reached = max(reached, last)
        return reached >= end

    def _in_their_weeks(self, n: Ints, v: Ints) -> Flags:
        begin = (self._begin[n] + _MONDAY) % WEEK_MINUTES
        length = numpy.minimum(self._end[n] - self._begin[n], WEEK_MINUTES)
        kept: Flags = self._people.always[v] | (length == 0)
        if not len(self._window_keys):
            return kept
        found = numpy.searchsorted(self._window_keys, v * _KEY + begin, side="right") - 1
        at = numpy.maximum(found, 0)
        inside = (self._window_keys[at] // _KEY == v) & (found >= 0) & (self._window_ends[at] >= begin + length)
        kept |= inside
        return kept

    def _off(self, pairs: Pairs) -> Flags:
        """Whether one of the days of each pair is off."""
        away = self._people.away
        begin, end = self._begin[pairs.need], self._end[pairs.need]
        first, last = begin // 1440, numpy.where(end > begin, (end - 1) // 1440, NEVER)
        owner, days = away.spread(pairs.volunteer)
        out = (days[:, 0] <= last[owner]) & (first[owner] <= days[:, 1])
        return _any(owner, out, len(pairs))

    def _by_people(self, pairs: Pairs) -> Pairs:
        """Without whoever was asked before, or is barred."""
        w, p = self._wanted, self._people
        size = len(p.ids)
        keys = pairs.need * size + pairs.volunteer
        out = [
            n * size + self._row_of[who]
            for of in (w.asked, w.barred)
            for n, people in of.items()
            for who in people
            if who in self._row_of
        ]
        return pairs.where(~numpy.isin(keys, numpy.array(out, dtype=numpy.int64))) if out else pairs

    def _by_company(self, pairs: Pairs) -> Pairs:
        """Without whoever avoids somebody with a seat, and whom somebody with a seat avoids."""
        kept, avoids = numpy.ones(len(pairs), dtype=bool), self._people.avoids
        for v, avoided in avoids.items():
            for at in numpy.nonzero(pairs.volunteer == v)[0]:
                kept[at] = not avoided & self._wanted.live.get(int(pairs.need[at]), frozenset())
        for need, seated in self._wanted.live.items() if avoids else ():
            rows = (self._row_of[person] for person in seated if person in self._row_of)
            out = frozenset[str]().union(*(avoids.get(row, frozenset()) for row in rows))
            for at in numpy.nonzero(pairs.need == need)[0] if out else ():
                kept[at] &= self._people.person[int(pairs.volunteer[at])] not in out
        return pairs.where(kept)

    def _by_asks(self, pairs: Pairs) -> Pairs:
        return pairs.where(~self._wanted.due[pairs.need] | (self._people.asks_left[pairs.volunteer] > 0))

    def _by_bookings(self, pairs: Pairs) -> Pairs:
        """Those that overlap with no booking, and with which no day and no week holds more than it may."""
        w, p = self._wanted, self._people
        busy = p.bookings.counts(pairs.volunteer) > 0
        if not busy.any():
            return pairs
        some = pairs.where(busy)
        owner, booked = p.bookings.spread(some.volunteer)
        n = some.need[owner]
        same, starts, ends = booked[:, 0] == self._need_numbers[n], booked[:, 1], booked[:, 2]
        near = (w.building[n] >= 0) & (w.building[n] == booked[:, 3])
        travel = numpy.where(near, 0, TRAVEL_MILLIS)
        out = same | ((starts < w.ends[n] + travel) & (w.starts[n] - travel < ends))
        lengths = ends - starts
        for units, most in ((local_days, p.daily), (local_weeks, p.weekly)):
            counted = numpy.where(units(starts) == units(w.starts)[n], lengths, 0)
            total = numpy.bincount(owner, counted, len(some)).astype(numpy.int64) + (w.ends - w.starts)[some.need]
            out |= (total // MINUTE > most[some.volunteer])[owner]
        kept = numpy.ones(len(pairs), dtype=bool)
        kept[busy] = ~_any(owner, out, len(some))
        return pairs.where(kept)


def _joined(waiting: list[Pairs]) -> Pairs:
    return Pairs(
        numpy.concatenate([pairs.need for pairs in waiting]), numpy.concatenate([pairs.volunteer for pairs in waiting])
    )


def _has(rows: Ints | None, size: int) -> Flags:
    found = numpy.zeros(size, dtype=bool)
    if rows is not None:
        found[rows] = True
    return found


def _any(owner: Ints, out: Flags, size: int) -> Flags:
    """For each of `size` owners, whether `out` is true of anything that it owns."""
    found: Flags = numpy.bincount(owner[out], minlength=size)[:size] > 0
    return found


def _week_keys(people: People) -> tuple[Ints, Ints]:
    """The windows of all volunteers, in one order: where each begins, with its owner, and where it ends."""
    owner, values = people.windows.spread(numpy.arange(len(people.ids)))
    return owner * _KEY + values[:, 0], values[:, 1]


def _old_enough(born: Ints, day: Ints, least: Ints) -> Flags:
    """Whether who was `born` on a day has turned `least` on another; days since 1970."""
    birth, on = born.astype("datetime64[D]"), day.astype("datetime64[D]")
    known = born > NEVER
    birth = numpy.where(known, birth, numpy.datetime64("2000-01-01"))
    years = on.astype("datetime64[Y]").astype(int) - birth.astype("datetime64[Y]").astype(int)
    months = on.astype("datetime64[M]").astype(int) % 12 - birth.astype("datetime64[M]").astype(int) % 12
    days = (on - on.astype("datetime64[M]")).astype(int) - (birth - birth.astype("datetime64[M]")).astype(int)
    before = (months < 0) | ((months == 0) & (days < 0))
    old: Flags = known & (years - before >= least)
    return old
