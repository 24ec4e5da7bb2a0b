"""The consent of guardians, without the guardian: a child is an opaque id, and nothing else about it is told."""

from pydantic import BaseModel

from services.contracts.event import Event, State
from services.contracts.marks import Code, Public, Thing
from services.contracts.topics import ACTIVITIES


class _Child(BaseModel):
    consent: Public[Thing[Code | None]] = None
    """The version of the text that was consented to; None where no consent stands."""


class ChildState(_Child, State, type="cn.community.events.child.state.v1", topic=ACTIVITIES):
    """Whether a guardian's consent stands."""


class ChildEntered(_Child, Event, type="cn.community.events.child.entered.v1", topic=ACTIVITIES, state=ChildState):
    """A guardian entered a child."""


class ChildConsentGiven(
    _Child, Event, type="cn.community.events.child.consent-given.v1", topic=ACTIVITIES, state=ChildState
):
    """The guardian consented to what a text says of their child."""


class ChildConsentWithdrawn(
    _Child, Event, type="cn.community.events.child.consent-withdrawn.v1", topic=ACTIVITIES, state=ChildState
):
    """The guardian withdrew the consent: the child's coming seats are given up."""


class ChildChanged(_Child, Event, type="cn.community.events.child.changed.v1", topic=ACTIVITIES, state=ChildState):
    """The people who may pick a child up are others now; their names stay in the service."""


class ChildErased(_Child, Event, type="cn.community.events.child.erased.v1", topic=ACTIVITIES, state=ChildState):
    """The guardian was erased, and with them what was known of the child."""
