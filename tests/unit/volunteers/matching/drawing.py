"""Draws small communities for tests of matching: needs and volunteers that meet every filter now and then."""

from typing import Any

from hypothesis import strategies as st

from services.contracts.volunteers import VolunteerStatus
from services.volunteers.people.domain.levels import SkillLevel
from services.volunteers.people.domain.profile import Away, Certificate, Extra, Gender, Window
from services.volunteers.people.domain.volunteer import Booking, Volunteer
from tests.unit.volunteers.making import CONSENTED, a_need, a_volunteer, accepted
from tests.unit.volunteers.world import DAY, HOUR, NOW

SKILLS = st.sampled_from([None, "haircut", "medical"])
BUILDINGS = st.sampled_from([None, "b1", "b2"])
WINDOWS = st.builds(
    lambda weekday, start, length: Window(
        weekday=weekday, start=f"{start:02}:00", end=f"{min(24, start + length):02}:00"
    ),
    st.integers(1, 7),
    st.integers(0, 20),
    st.integers(1, 12),
)
DAYS = st.integers(-1, 3).map(lambda days: (NOW + days * DAY).date())
BIRTHDAYS = st.integers(-1, 3).map(lambda days: (NOW + days * DAY).date().replace(year=2006))


def rarely(values: st.SearchStrategy[Any], otherwise: Any) -> st.SearchStrategy[Any]:
    return st.integers(0, 5).flatmap(lambda n: values if n == 0 else st.just(otherwise))


@st.composite
def some_needs(draw: Any, most: int = 6) -> Any:
    needs = []
    for n in range(draw(st.integers(1, most))):
        begin = NOW + draw(st.integers(1, 60)) * HOUR
        skill = draw(SKILLS)
        need = a_need(
            f"need-{n}",
            starts_at=begin,
            ends_at=begin + draw(st.integers(1, 3)) * HOUR,
            seats=draw(st.integers(1, 3)),
            category=draw(st.sampled_from(["visit", "meal"])),
            skill=skill,
            skill_level=draw(st.integers(1, 3)) if skill else 1,
            certificate="medical-licence" if skill == "medical" else None,
            adults_only=draw(st.booleans()),
            building=draw(BUILDINGS),
            min_age=draw(rarely(st.just(18), None)),
            gender=draw(rarely(st.sampled_from(Gender), None)),
            language=draw(rarely(st.just("wu"), None)),
            with_minors=draw(rarely(st.just(True), False)),
            insured_only=draw(rarely(st.just(True), False)),
            urgency=draw(st.integers(1, 3)),
            barred=draw(rarely(st.just(frozenset({"person-0"})), frozenset())),
        )
        if draw(st.booleans()):
            need = accepted(need, draw(st.sampled_from(["elsewhere-engaged", "person-1"])))
        needs.append(need)
    return needs


@st.composite
def some_volunteers(draw: Any, most: int = 7) -> Any:
    volunteers = []
    for n in range(draw(st.integers(0, most))):
        begin = NOW + draw(st.integers(0, 60)) * HOUR
        booked = Booking(
            need=draw(st.sampled_from(["other", "need-0"])),
            offer=f"o-{n}",
            starts_at=begin,
            ends_at=begin + HOUR,
            until=None,
            building=draw(BUILDINGS),
        )
        volunteers.append(
            a_volunteer(
                f"person-{n}",
                skills=frozenset(draw(st.sets(st.sampled_from(["haircut", "medical"])))),
                levels=draw(
                    st.lists(
                        st.builds(SkillLevel, skill=st.sampled_from(["haircut", "medical"]), level=st.integers(1, 3)),
                        max_size=2,
                        unique_by=lambda told: told.skill,
                    ).map(tuple)
                ),
                certificates=draw(
                    st.lists(
                        st.builds(
                            Certificate,
                            code=st.sampled_from(["medical-licence", "child-contact-check"]),
                            valid_until=DAYS,
                        ),
                        max_size=2,
                    ).map(tuple)
                ),
                adult=draw(st.booleans()),
                consents=draw(rarely(st.just(()), CONSENTED)),
                status=draw(rarely(st.just(VolunteerStatus.PAUSED), VolunteerStatus.ACTIVE)),
                building=draw(BUILDINGS),
                weekly_minutes=draw(st.sampled_from([0, 60, 150, 600])),
                daily_minutes=draw(st.sampled_from([60, 90, 1440])),
                availability=draw(st.none() | st.lists(WINDOWS, max_size=5).map(tuple)),
                on_holidays=draw(st.sampled_from([True, True, False])),
                extra=draw(
                    st.lists(
                        st.builds(
                            lambda day, start, length: Extra(
                                on=day, start=f"{start:02}:00", end=f"{min(24, start + length):02}:00"
                            ),
                            DAYS,
                            st.integers(0, 20),
                            st.integers(1, 12),
                        ),
                        max_size=2,
                    ).map(tuple)
                ),
                away=draw(rarely(DAYS.map(lambda day: (Away(first=day, last=day),)), ())),
                reach=draw(rarely(st.sets(st.sampled_from(["b1", "b2"])).map(frozenset), None)),
                within=draw(rarely(st.sets(st.sampled_from(["b1", "b2"])).map(frozenset), None)),
                prefers=draw(rarely(st.just(frozenset({"elsewhere-engaged", "person-0"})), frozenset())),
                languages=draw(st.sets(st.just("wu")).map(frozenset)),
                not_now_until=draw(rarely(DAYS, None)),
                asks_a_week=draw(st.integers(0, 5)),
                asked_at=draw(st.lists(st.sampled_from([NOW - 8 * DAY, NOW - DAY]), max_size=2).map(tuple)),
                avoids=draw(rarely(st.just(frozenset({"elsewhere-engaged", "person-2"})), frozenset())),
                born=draw(st.none() | BIRTHDAYS),
                gender=draw(st.none() | st.sampled_from(Gender)),
                insured_until=draw(st.none() | DAYS),
                bookings=(booked,) if draw(st.booleans()) else (),
            )
        )
    return [_known_to_both(volunteer, volunteers) for volunteer in volunteers]


def _known_to_both(volunteer: Volunteer, others: list[Volunteer]) -> Volunteer:
    """The volunteer with both sides of each wish to avoid somebody, as the rules keep them on both records."""
    by = frozenset(one.person for one in others if volunteer.person in one.avoids) - {volunteer.person}
    return volunteer.model_copy(update={"avoids": volunteer.avoids - {volunteer.person}, "avoided_by": by})
