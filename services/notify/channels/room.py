"""The room of channels. It keeps nothing and has no routes: it brings the gateways that this deployment has set up."""

from collections.abc import Mapping

from services.chassis.clock import Clock
from services.contracts.notices import NoticeChannel
from services.notify.channels.email import EmailGateway
from services.notify.channels.gateways import Gateway
from services.notify.channels.settings import ChannelSettings


def gateways(settings: ChannelSettings, clock: Clock) -> Mapping[NoticeChannel, Gateway]:
    """The gateway of each channel that is set up. The inbox needs none."""
    return {} if settings.mail is None else {NoticeChannel.EMAIL: EmailGateway(settings.mail, clock)}
