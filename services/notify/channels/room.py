"""The room of channels: the gateways that this deployment has set up, and their limits."""

from collections.abc import Mapping, Sequence

from fastapi import APIRouter

from services.chassis.clock import Clock
from services.chassis.room import Room
from services.chassis.store.aggregates import Aggregates
from services.notify.channels.api import KindsOf, router
from services.notify.channels.calling import Calling
from services.notify.channels.domain.endpoint import Endpoint
from services.notify.channels.email import EmailGateway
from services.notify.channels.end_points import end_point_gateways
from services.notify.channels.gateways import Gateway
from services.notify.channels.long_tail import LongTail
from services.notify.channels.sealing import Sealing
from services.notify.channels.settings import ChannelSettings
from services.notify.channels.sms import SmsGateway
from services.notify.channels.store import INDEXES, KINDS
from services.notify.channels.trial import Trying, TryingMany
from services.notify.channels.wecom import WecomGateway
from services.notify.shared.values import Way


def room(settings: ChannelSettings, endpoints: Aggregates[Endpoint], kinds: KindsOf) -> Room:
    """Make the room of channels. Without a key for sealing there are no end points, which wait for some of `kinds`."""
    key = settings.sealing_key
    own, inside, robots = settings.public_url, settings.inside, settings.robots
    routers: Sequence[APIRouter] = [] if key is None else [router(endpoints, Sealing(key), own, inside, robots, kinds)]
    return Room("channels", kinds=KINDS, indexes=INDEXES, routers=routers)


def gateways(settings: ChannelSettings, endpoints: Aggregates[Endpoint], clock: Clock) -> Mapping[Way, Gateway]:
    """The gateway of each channel that is set up. The inbox needs none."""
    found: dict[Way, Gateway] = {}
    calling = Calling(settings.provider_seconds)
    if settings.mail is not None:
        found[Way.EMAIL] = Trying(EmailGateway(settings.mail, clock))
    if settings.sms is not None:
        sms = SmsGateway(settings.sms, calling)
        found[Way.SMS] = TryingMany(sms) if sms.at_once > 1 else Trying(sms)
    if settings.wecom is not None:
        found[Way.WECOM] = Trying(WecomGateway(settings.wecom, calling, clock))
    if (key := settings.sealing_key) is not None:
        outside = Calling(settings.provider_seconds, public_only=True, inside=settings.inside)
        long_tail = LongTail(settings.provider_seconds, settings.inside)
        found |= end_point_gateways(endpoints, Sealing(key), outside, clock, long_tail)
    return found
