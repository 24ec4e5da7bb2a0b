"""That somebody may say how an activity was, as the rule decides that is asked when they do."""

from services.events.activities.domain.possible import ActivityPossibility
from services.events.feedback.domain import may_give

POSSIBILITIES: tuple[ActivityPossibility, ...] = (ActivityPossibility("feedback", "评价", "Say how it was", may_give),)
"""The command of this room."""
