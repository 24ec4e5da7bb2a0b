"""The plan of a notice, row by row; and what holds of every plan."""

from datetime import datetime, time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.contracts.notices import NoticeKind, PersonStatus, Suppression
from services.notify.notices.domain.planning import (
    BURST,
    Bundle,
    Circumstances,
    Planned,
    Told,
    Waiting,
    Why,
    digest_slot,
    next_way,
    plan,
    plan_again,
)
from services.notify.persons.domain.addresses import Addresses
from services.notify.persons.domain.choices import Frequency, OfClass
from services.notify.persons.domain.person import Person
from services.notify.persons.domain.quiet import QuietHours
from services.notify.routing.domain.kinds import MessageClass, Weight
from services.notify.routing.shipped import RULES
from services.notify.shared.values import Way
from tests.unit.notify.given import DAY, EVERYWHERE, HOUR, NIGHT, NOW, a_person

INBOX, EMAIL, SMS, WECOM, CALL = Way.INBOX, Way.EMAIL, Way.SMS, Way.WECOM, Way.CALL
MORNING = QuietHours().release(NIGHT)
BOTH = {kind: frozenset(Way) for kind in NoticeKind}
VERIFIED, CANCELLED, REMINDER = NoticeKind.CASE_VERIFIED, NoticeKind.ACTIVITY_CANCELLED, NoticeKind.ACTIVITY_REMINDER

Row = tuple[datetime, Suppression | None]


def told(kind: str, due: datetime | None = None, expires: datetime | None = None, about: str = "case-1") -> Told:
    return Told(kind, RULES[kind].weight, about, due, expires)


@pytest.mark.parametrize(
    ("kind", "person", "now", "due", "expires", "inbox", "email"),
    [
        # an ordinary day
        (VERIFIED, a_person(), NOW, None, None, (NOW, None), (NOW, None)),
        # at night the inbox has it at once, the mail waits for the morning
        (VERIFIED, a_person(), NIGHT, None, None, (NIGHT, None), (MORNING, None)),
        (VERIFIED, a_person(quiet=None), NIGHT, None, None, (NIGHT, None), (NIGHT, None)),
        # what somebody doesn't want
        (VERIFIED, a_person(muted=BOTH), NOW, None, None, (NOW, Suppression.PREFERENCE), (NOW, Suppression.PREFERENCE)),
        (
            VERIFIED,
            a_person(muted={VERIFIED: frozenset({EMAIL})}),
            NOW,
            None,
            None,
            (NOW, None),
            (NOW, Suppression.PREFERENCE),
        ),
        # mandatory: comes anyway, but waits for the morning while that is early enough
        (CANCELLED, a_person(muted=BOTH), NOW, None, None, (NOW, None), (NOW, None)),
        (CANCELLED, a_person(muted=BOTH), NIGHT, None, NIGHT + DAY, (NIGHT, None), (MORNING, None)),
        # what would come too late in the morning is given up, mandatory or not: only emergencies make a noise at night
        (CANCELLED, a_person(), NIGHT, None, MORNING, (NIGHT, None), (NIGHT, Suppression.EXPIRED)),
        (REMINDER, a_person(), NIGHT, None, MORNING, (NIGHT, None), (NIGHT, Suppression.EXPIRED)),
        # reminders: later, at once where the time is near, not at all where it is past
        (REMINDER, a_person(), NOW, NOW + DAY, NOW + 2 * DAY, (NOW + DAY, None), (NOW + DAY, None)),
        (REMINDER, a_person(), NOW, NOW - HOUR, NOW + HOUR, (NOW, None), (NOW, None)),
        (REMINDER, a_person(), NOW, NOW - DAY, NOW, (NOW, Suppression.EXPIRED), (NOW, Suppression.EXPIRED)),
        (REMINDER, a_person(), NOW, NIGHT, NIGHT + DAY, (NIGHT, None), (MORNING, None)),
        # nowhere to write to
        (VERIFIED, a_person(email=None), NOW, None, None, (NOW, None), (NOW, Suppression.NO_ADDRESS)),
    ],
)
def test_the_plan_of_each_channel(
    kind: NoticeKind,
    person: Person,
    now: datetime,
    due: datetime | None,
    expires: datetime | None,
    inbox: Row,
    email: Row,
) -> None:
    planned = plan(told(kind, due, expires), person, now, EVERYWHERE)
    assert {p.channel: (p.not_before, p.reason) for p in planned} == {INBOX: inbox, EMAIL: email}


def test_a_channel_that_is_not_set_up_is_planned_for_and_says_so() -> None:
    planned = plan(told(VERIFIED), a_person(), NOW, Circumstances(frozenset({INBOX})))
    assert [(p.channel, p.reason) for p in planned] == [(INBOX, None), (EMAIL, Suppression.CHANNEL_OFF)]


@pytest.mark.parametrize("kind", NoticeKind)
@pytest.mark.parametrize("status", [PersonStatus.ERASING, PersonStatus.ERASED])
def test_whoever_is_erased_is_told_nothing(kind: NoticeKind, status: PersonStatus) -> None:
    gone = a_person().model_copy(update={"status": status})
    assert {p.reason for p in plan(told(kind), gone, NOW, EVERYWHERE)} == {Suppression.ERASED}


spans = st.timedeltas(-3 * DAY, 3 * DAY)
persons = st.builds(
    lambda email, muted, quiet: a_person(email=email, muted={kind: frozenset({EMAIL}) for kind in muted}, quiet=quiet),
    st.sampled_from([None, "a@example.org"]),
    st.sets(st.sampled_from(NoticeKind)),
    st.sampled_from([None, QuietHours(), QuietHours(start=time(12), end=time(14))]),
)


@given(st.sampled_from(NoticeKind), persons, spans, st.none() | spans, st.none() | spans)
def test_every_plan_keeps_to_time_quiet_hours_and_preferences(
    kind: NoticeKind, person: Person, at: object, due: object, expires: object
) -> None:
    now = NOW + at  # type: ignore[operator]
    due_at = None if due is None else NOW + due  # type: ignore[operator]
    until = None if expires is None else NOW + expires  # type: ignore[operator]
    planned = plan(told(kind, due_at, until), person, now, EVERYWHERE)
    assert tuple(p.channel for p in planned) == (INBOX, EMAIL)
    for each in planned:
        assert each.not_before >= now
        assert due_at is None or each.not_before >= due_at
        if each.reason is not None:
            continue
        assert until is None or each.not_before < until
        quiet = person.choices.quiet
        if each.channel is EMAIL and quiet is not None and each.not_before > now and due_at is None:
            assert not quiet.hold(each.not_before)
        late = due_at is not None and due_at > now  # what may be otherwise when it is due decides nothing now
        assert late or RULES[kind].mandatory or not person.mutes(kind, each.channel)


def by_way(planned: tuple[Planned, ...]) -> dict[Way, Planned]:
    return {each.channel: each for each in planned}


def test_only_an_emergency_makes_a_noise_at_night() -> None:
    fire = Told("gas-leak", Weight(MessageClass.EMERGENCY, mandatory=True), "place-9")
    person = a_person(muted={"gas-leak": frozenset(Way)})
    assert by_way(plan(fire, person, NIGHT, EVERYWHERE))[EMAIL] == Planned(EMAIL, NIGHT)
    assert by_way(plan(told(CANCELLED), person, NIGHT, EVERYWHERE))[EMAIL] == Planned(EMAIL, MORNING)


def test_channels_go_in_the_persons_order_and_the_first_that_reaches_them_is_taken() -> None:
    phone_only = a_person(email=None).model_copy(update={"addresses": Addresses(phone="13800138000")})
    planned = by_way(plan(told(VERIFIED), phone_only, NOW, EVERYWHERE))
    assert planned[EMAIL].reason is Suppression.NO_ADDRESS
    assert planned[SMS].reason is None
    both = a_person(classes={MessageClass.SERVICE: OfClass(channels=(SMS, EMAIL))})
    both = both.model_copy(update={"addresses": Addresses(email="a@example.org", phone="13800138000")})
    assert set(by_way(plan(told(VERIFIED), both, NOW, EVERYWHERE))) == {INBOX, SMS}
    assert next_way(SMS, told(VERIFIED), both, NOW, EVERYWHERE) == Planned(EMAIL, NOW)
    assert next_way(EMAIL, told(VERIFIED), both, NOW, EVERYWHERE) is None
    no_noise = a_person(classes={MessageClass.SERVICE: OfClass(channels=())})
    assert set(by_way(plan(told(VERIFIED), no_noise, NOW, EVERYWHERE))) == {INBOX}
    called = a_person(email=None, classes={MessageClass.SERVICE: OfClass(channels=(CALL,))})
    assert by_way(plan(told(VERIFIED), called, NOW, EVERYWHERE))[CALL].reason is None


def test_one_case_or_a_whole_class_can_be_switched_off_and_mandatory_kinds_come_anyway() -> None:
    silent = a_person(silenced=frozenset({"case-1"}))
    assert {p.why for p in plan(told(VERIFIED), silent, NOW, EVERYWHERE)} == {Why.SILENCED}
    assert {p.reason for p in plan(told(VERIFIED, about="case-2"), silent, NOW, EVERYWHERE)} == {None}
    off = a_person(classes={MessageClass.SERVICE: OfClass(off=True)})
    assert {p.why for p in plan(told(VERIFIED), off, NOW, EVERYWHERE)} == {Why.CLASS_OFF}
    assert {p.reason for p in plan(told(CANCELLED), off, NOW, EVERYWHERE)} == {None}


def test_what_may_be_otherwise_when_it_is_due_decides_nothing_before() -> None:
    for person in (a_person(muted=BOTH), a_person(email=None)):
        assert {p.reason for p in plan(told(REMINDER, NOW + DAY), person, NOW, EVERYWHERE)} == {None}
        later = {p.reason for p in plan(told(REMINDER, NOW), person, NOW, EVERYWHERE)}
        assert later & {Suppression.PREFERENCE, Suppression.NO_ADDRESS}


def test_a_further_message_about_the_same_waits_and_becomes_part_of_one() -> None:
    lately = Circumstances(EVERYWHERE.open_channels, {EMAIL: NOW - HOUR / 10})
    planned = by_way(plan(told(VERIFIED), a_person(), NOW, lately))
    assert planned[INBOX] == Planned(INBOX, NOW)
    at = NOW - HOUR / 10 + BURST
    assert planned[EMAIL] == Planned(EMAIL, at, bundle=Bundle.BURST, held_until=at)
    assert by_way(plan(told(CANCELLED), a_person(), NOW, lately))[EMAIL] == Planned(EMAIL, NOW)
    long_ago = Circumstances(EVERYWHERE.open_channels, {EMAIL: NOW - BURST})
    assert by_way(plan(told(VERIFIED), a_person(), NOW, long_ago))[EMAIL] == Planned(EMAIL, NOW)


@pytest.mark.parametrize(
    ("together", "at", "sent"),
    [
        ("daily", "2026-11-24T12:00+08:00", "2026-11-25T08:00+08:00"),
        ("daily", "2026-11-24T08:00+08:00", "2026-11-24T08:00+08:00"),
        ("daily", "2026-11-24T08:00:01+08:00", "2026-11-25T08:00+08:00"),
        ("weekly", "2026-11-24T12:00+08:00", "2026-11-30T08:00+08:00"),
        ("weekly", "2026-11-30T07:59+08:00", "2026-11-30T08:00+08:00"),
    ],
)
def test_a_digest_waits_for_its_hour(together: str, at: str, sent: str) -> None:
    now, then = datetime.fromisoformat(at), datetime.fromisoformat(sent)
    assert digest_slot(now, weekly=together == "weekly") == then
    person = a_person(classes={MessageClass.SERVICE: OfClass.model_validate({"together": together})})
    assert by_way(plan(told(VERIFIED), person, now, EVERYWHERE))[EMAIL] == Planned(EMAIL, then, bundle=Bundle.DIGEST)
    assert by_way(plan(told(VERIFIED), person, now, EVERYWHERE))[INBOX] == Planned(INBOX, now)
    assert by_way(plan(told(CANCELLED), person, now, EVERYWHERE))[EMAIL].bundle is None
    soon = told(VERIFIED, expires=now + HOUR / 2)
    assert by_way(plan(soon, person, now, EVERYWHERE))[EMAIL].bundle is (
        Bundle.DIGEST if then <= now + HOUR / 3 else None
    )


TODAY_AT_8, MONDAY_AT_8 = NOW - 4 * HOUR, NOW + 6 * DAY - 4 * HOUR
TOMORROW_AT_8, MONDAY_AT_9 = TODAY_AT_8 + DAY, MONDAY_AT_8 + HOUR
LATE, LATER = QuietHours(start=time(22), end=time(9)), QuietHours(end=time(14))


def collected(together: Frequency | None, quiet: QuietHours | None = None, **choices: Any) -> Person:
    return a_person(classes={MessageClass.SERVICE: OfClass(together=together)}, quiet=quiet, **choices)


@pytest.mark.parametrize(
    ("person", "now", "waits_for", "bundle", "digest_today", "at", "then"),
    [
        # weekly becomes daily, daily becomes weekly
        (collected("daily"), NOW, MONDAY_AT_8, Bundle.DIGEST, False, TOMORROW_AT_8, Bundle.DIGEST),
        (collected("daily", LATE), NOW, MONDAY_AT_8, Bundle.DIGEST, False, TOMORROW_AT_8 + HOUR, Bundle.DIGEST),
        (collected("weekly"), NOW, TOMORROW_AT_8, Bundle.DIGEST, False, MONDAY_AT_8, Bundle.DIGEST),
        # at once: together, alone where there is a digest that day, at night, or where digests are not wanted
        (collected(None), NOW, MONDAY_AT_8, Bundle.DIGEST, False, NOW, Bundle.DIGEST),
        (collected(None), NOW, MONDAY_AT_8, Bundle.DIGEST, True, NOW, None),
        (collected(None, QuietHours()), NIGHT, MONDAY_AT_8, Bundle.DIGEST, False, MORNING, None),
        (collected(None, muted={"digest": frozenset(Way)}), NOW, MONDAY_AT_8, Bundle.DIGEST, False, NOW, None),
        # today's digest, which quiet hours held, and hold no longer or for longer
        (collected("daily"), NOW, NOW + HOUR, Bundle.DIGEST, True, NOW, Bundle.DIGEST),
        (collected("daily", LATER), NOW, NOW + HOUR, Bundle.DIGEST, True, NOW + 2 * HOUR, Bundle.DIGEST),
        (collected(None), NOW, NOW + HOUR, Bundle.DIGEST, True, NOW, Bundle.DIGEST),
        (collected("weekly"), NOW, NOW + HOUR, Bundle.DIGEST, True, MONDAY_AT_8, Bundle.DIGEST),
        (collected("weekly"), MONDAY_AT_9, MONDAY_AT_9 + HOUR, Bundle.DIGEST, True, MONDAY_AT_9, Bundle.DIGEST),
        # held by the night, now collected; held by the night no longer
        (collected("daily"), NIGHT, MORNING, None, False, TOMORROW_AT_8, Bundle.DIGEST),
        (collected(None), NIGHT, MORNING, None, False, NIGHT, None),
        # a burst stays one
        (collected(None), NIGHT, MORNING, Bundle.BURST, False, NIGHT, Bundle.BURST),
        (collected("daily"), NIGHT, MORNING, Bundle.BURST, False, TOMORROW_AT_8, Bundle.DIGEST),
    ],
)  # fmt: skip
def test_the_plan_of_what_waits_once_somebody_chooses_otherwise(
    person: Person,
    now: datetime,
    waits_for: datetime,
    bundle: Bundle | None,
    digest_today: bool,
    at: datetime,
    then: Bundle | None,
) -> None:
    around = Circumstances(EVERYWHERE.open_channels, digest_today=digest_today)
    waiting = Waiting(EMAIL, waits_for, bundle, NOW - HOUR)
    planned = plan_again(waiting, told(VERIFIED), person, now, around)
    assert (planned.not_before, planned.bundle, planned.reason) == (at, then, None)


def test_what_somebody_chooses_makes_nothing_earlier_than_its_own_time() -> None:
    waiting = Waiting(EMAIL, NOW + 2 * HOUR, None, NOW + 2 * HOUR)
    assert plan_again(waiting, told(VERIFIED), collected(None), NOW, EVERYWHERE).not_before == NOW + 2 * HOUR
