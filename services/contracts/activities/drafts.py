"""Drafts of activities, and templates. What stands in them is not public before staff have approved it."""

from enum import StrEnum

from pydantic import BaseModel

from services.contracts.event import Event, State
from services.contracts.marks import Id, PersonId, Public
from services.contracts.topics import ACTIVITIES


class DraftStatus(StrEnum):
    """Where a draft stands. A template stays one."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    DROPPED = "dropped"
    TEMPLATE = "template"


class _Draft(BaseModel):
    status: Public[DraftStatus]
    activity: Public[Id | None] = None
    """The activity that came of it."""


class DraftState(_Draft, State, type="cn.community.events.draft.state.v1", topic=ACTIVITIES):
    """A draft of an activity."""


class DraftKept(_Draft, Event, type="cn.community.events.draft.kept.v1", topic=ACTIVITIES, state=DraftState):
    """Somebody began a draft or a template of an activity."""


class DraftChanged(_Draft, Event, type="cn.community.events.draft.changed.v1", topic=ACTIVITIES, state=DraftState):
    """A draft was rewritten, sent back to be rewritten, or dropped."""

    returned_to: Public[PersonId | None] = None
    """Its author, where it was sent back to them by somebody else; they read there why."""


class DraftSubmitted(_Draft, Event, type="cn.community.events.draft.submitted.v1", topic=ACTIVITIES, state=DraftState):
    """Somebody asks the staff to approve a draft."""


class DraftApproved(_Draft, Event, type="cn.community.events.draft.approved.v1", topic=ACTIVITIES, state=DraftState):
    """The staff approved a draft: `activity` takes place."""

    author: Public[PersonId | None] = None
    """Who wrote it, where somebody else approved it."""


class DraftErased(Event, type="cn.community.events.draft.erased.v1", topic=ACTIVITIES, state=DraftState):
    """Somebody whom a draft named was erased."""
