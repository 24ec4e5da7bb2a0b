"""The plan of a notice, row by row; and what holds of every plan."""

from datetime import datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.contracts.notices import NoticeChannel, NoticeKind, PersonStatus, Suppression
from services.notify.notices.domain.planning import plan
from services.notify.persons.domain.kinds import CHANNELS, RULES
from services.notify.persons.domain.person import Person
from services.notify.persons.domain.quiet import QuietHours
from tests.unit.notify.given import DAY, EVERYWHERE, HOUR, NIGHT, NOW, a_person

INBOX, EMAIL = NoticeChannel.INBOX, NoticeChannel.EMAIL
MORNING = QuietHours().release(NIGHT)
BOTH = {kind: frozenset(NoticeChannel) for kind in NoticeKind}
VERIFIED, CANCELLED, REMINDER = NoticeKind.CASE_VERIFIED, NoticeKind.ACTIVITY_CANCELLED, NoticeKind.ACTIVITY_REMINDER

Row = tuple[datetime, Suppression | None]


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
        (CANCELLED, a_person(), NIGHT, None, MORNING, (NIGHT, None), (NIGHT, None)),
        # anything else that would come too late in the morning is given up
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
    planned = plan(kind, person, now, open_channels=EVERYWHERE, due=due, expires=expires)
    assert {p.channel: (p.not_before, p.reason) for p in planned} == {INBOX: inbox, EMAIL: email}


def test_a_channel_that_is_not_set_up_is_planned_for_and_says_so() -> None:
    planned = plan(VERIFIED, a_person(), NOW, open_channels=frozenset({INBOX}))
    assert [(p.channel, p.reason) for p in planned] == [(INBOX, None), (EMAIL, Suppression.CHANNEL_OFF)]


@pytest.mark.parametrize("kind", NoticeKind)
@pytest.mark.parametrize("status", [PersonStatus.ERASING, PersonStatus.ERASED])
def test_whoever_is_erased_is_told_nothing(kind: NoticeKind, status: PersonStatus) -> None:
    gone = a_person().model_copy(update={"status": status})
    assert {p.reason for p in plan(kind, gone, NOW, open_channels=EVERYWHERE)} == {Suppression.ERASED}


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
    planned = plan(kind, person, now, open_channels=EVERYWHERE, due=due_at, expires=until)
    assert tuple(p.channel for p in planned) == CHANNELS
    for each in planned:
        assert each.not_before >= now
        assert due_at is None or each.not_before >= due_at
        if each.reason is not None:
            continue
        assert until is None or each.not_before < until
        quiet = person.choices.quiet
        if each.channel is EMAIL and quiet is not None and not RULES[kind].mandatory:
            assert not quiet.hold(each.not_before)
        assert RULES[kind].mandatory or not person.mutes(kind, each.channel)
