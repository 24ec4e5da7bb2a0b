"""Tells by when the committee owes an answer to a wish."""

from dataclasses import dataclass
from datetime import datetime

from services.issues.catalogue.calendars import Calendars
from services.issues.catalogue.domain.catalogue import Span


@dataclass(frozen=True, slots=True)
class AnswerTimes:
    """Deadlines of answers, which are owed `within` a span of working time by the `calendars` of communities."""

    calendars: Calendars
    within: Span

    def owed(self, community: str, since: datetime) -> datetime:
        """The time by which an answer is owed to a wish that is proposed in `community` at `since`."""
        return self.calendars.of(community).due(since, self.within)
