"""The room of channels: the gateways that this deployment has set up, and how much each may be given."""

from collections.abc import Mapping

from services.chassis.clock import Clock
from services.chassis.room import Room
from services.notify.channels.email import EmailGateway
from services.notify.channels.gateways import Gateway
from services.notify.channels.pacing import INDEXES
from services.notify.channels.settings import ChannelSettings
from services.notify.shared.values import Way


def room() -> Room:
    """The room of channels."""
    return Room("channels", indexes=INDEXES)


def gateways(settings: ChannelSettings, clock: Clock) -> Mapping[Way, Gateway]:
    """The gateway of each channel that is set up. The inbox needs none."""
    return {} if settings.mail is None else {Way.EMAIL: EmailGateway(settings.mail, clock)}
