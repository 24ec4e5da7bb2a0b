"""The reactions of wishes to events: a wish that is shown again has its supporters counted, and deadlines of answers
follow the calendar.

The names of the handlers are marks of their effects: keep them.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime

from services.chassis.aggregate import Decision
from services.chassis.store.aggregates import Aggregates
from services.chassis.store.mongo import WriteOp
from services.chassis.subscriber.handlers import Handlers, Received
from services.contracts.issues import CalendarYearLoaded, WishShown
from services.issues.supports.counting import MARKS, to_count
from services.issues.supports.domain.supports import Subject
from services.issues.wishes.answer_times import AnswerTimes
from services.issues.wishes.domain.counting_anew import count_due_anew
from services.issues.wishes.domain.wishes import Wish
from services.issues.wishes.store import wishes_to_answer

_SIDE_BY_SIDE = 32
"""The most wishes that are changed at the same time."""


def reactions(handlers: Handlers, wishes: Aggregates[Wish], answers: AnswerTimes) -> None:
    """Put the handlers of wishes into the table."""

    @handlers.write(WishShown, collection=MARKS)
    def in_sight(received: Received[WishShown]) -> Sequence[WriteOp]:
        """Ask for a count of the wish's supports, which were not counted while it was hidden."""
        return [to_count(received.envelope.aggregate_id, Subject.WISH)]

    @handlers.on(CalendarYearLoaded)
    async def count_answers_anew(received: Received[CalendarYearLoaded]) -> None:
        """Count the deadline of each wish that waits for an answer anew. A repetition changes nothing."""
        await answers.calendars.look()
        community = received.envelope.community
        waiting = wishes.collection.find(wishes_to_answer(community), {"_id": 1})

        def decide(wish: Wish, now: datetime) -> Decision[Wish]:
            return count_due_anew(wish, answers.calendars.of(community), answers.within, now)

        while some := await waiting.to_list(_SIDE_BY_SIDE):
            await asyncio.gather(*(wishes.change(found["_id"], decide, received.cause) for found in some))
