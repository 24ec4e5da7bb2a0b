"""Tells whether somebody may give feedback on an activity now, by the rule that the command itself asks."""

from services.events.activities.domain.possible import ActivityPossibility
from services.events.feedback.domain import may_give

POSSIBILITIES: tuple[ActivityPossibility, ...] = (ActivityPossibility("feedback", "评价", "Say how it was", may_give),)
"""The command of this room."""
