"""The room of templates."""

from services.chassis.room import Room
from services.chassis.store.aggregates import Aggregates
from services.notify.templates.api import Variables, router
from services.notify.templates.domain.template import NoticeTemplate
from services.notify.templates.saved import Saved
from services.notify.templates.store import INDEXES, KINDS


def room(templates: Aggregates[NoticeTemplate], saved: Saved, variables: Variables) -> Room:
    """The room of templates. It keeps nothing of people but who wrote a version, in office."""
    return Room("templates", kinds=KINDS, indexes=INDEXES, routers=[router(templates, saved, variables)])
