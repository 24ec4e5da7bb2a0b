"""Sends to end points: signed webhooks, robots of groups in WeCom, DingTalk and Feishu, and the long tail.

A webhook gets the same bytes under the same id on every try, signed with the time of the try (`X-Community-Signature:
t=…,v1=…`, HMAC-SHA256 over `t.body`), so that a receiver can recognise a repetition, and an old request.
"""

import hmac
import random
from collections.abc import Mapping
from datetime import timedelta

import orjson

from services.chassis.clock import Clock
from services.chassis.principal import SYSTEM
from services.chassis.store.aggregates import Aggregates, Cause
from services.notify.channels.calling import Calling, Said
from services.notify.channels.domain.endpoint import Endpoint, EndpointStatus, delivered, failed, pause_after
from services.notify.channels.gateways import Accepted, Answer, Gateway, Later, Outgoing, Rate, Refused
from services.notify.channels.long_tail import LongTail
from services.notify.channels.robots import RATES, dingtalk_body, dingtalk_url, feishu_body, feishu_meaning
from services.notify.channels.sealing import NotOpened, Sealing
from services.notify.channels.wecom import robot_body, robot_meaning
from services.notify.shared.values import TO_END_POINTS, Way

_BY = Cause(SYSTEM, "end-points")
_JSON = {"Content-Type": "application/json"}


class EndPointGateway:
    """Sends by one way to end points, such as webhooks. The address of a message is the id of its end point."""

    rates_each: tuple[Rate, ...] = ()

    def __init__(
        self,
        way: Way,
        endpoints: Aggregates[Endpoint],
        sealing: Sealing,
        calling: Calling,
        long_tail: LongTail,
        clock: Clock,
    ) -> None:
        self._way = way
        self._endpoints = endpoints
        self._sealing = sealing
        self._calling = calling
        self._long_tail = long_tail
        self._clock = clock
        self.rates: tuple[Rate, ...] = RATES.get(way, ())

    def account(self, address: str) -> str:
        """The account whose limits count: the end point itself."""
        return f"endpoint:{address}"

    async def send(self, message: Outgoing) -> Answer:
        """Hand a message over, as `Gateway.send` says, and note the end point's failure or recovery."""
        found = await self._endpoints.find(message.address)
        if found is None or found.aggregate.status is EndpointStatus.ENDED:
            return Refused("ended")
        endpoint = found.aggregate
        if endpoint.status is EndpointStatus.PAUSED:
            return Later(after=pause_after(12, random.random()), full=True)  # noqa: S311  jitter
        try:
            url = self._sealing.unseal(endpoint.address, endpoint.id)
            key = "" if endpoint.key is None else self._sealing.unseal(endpoint.key, endpoint.id)
        except NotOpened:
            return Later(after=timedelta(hours=1), full=True)
        answer = await self._call(url, key, message)
        if isinstance(answer, Accepted):
            if endpoint.failures:
                await self._endpoints.change(endpoint.id, delivered, _BY)
            return answer
        if isinstance(answer, Later) and answer.full and answer.fault is None:
            return answer  # it is full, and works
        worse = (await self._endpoints.change(endpoint.id, failed, _BY)).aggregate
        pause = pause_after(worse.failures, random.random())  # noqa: S311  jitter
        if isinstance(answer, Later):
            return Later(after=answer.after or pause, full=True)
        return answer

    async def _call(self, url: str, key: str, message: Outgoing) -> Answer:
        at = self._clock().timestamp()
        match self._way:
            case Way.APPRISE:
                return await self._long_tail.send(url, message)
            case Way.WEBHOOK:
                body = webhook_body(message)
                said = await self._calling.post(url, body, signed(key, body, message.id, int(at)))
                return Accepted() if isinstance(said, Said) else said
            case Way.FEISHU_ROBOT:
                said = await self._calling.post(url, feishu_body(message, key, int(at)), _JSON)
                return feishu_meaning(said.json()) if isinstance(said, Said) else said
            case Way.DINGTALK_ROBOT:
                said = await self._calling.post(dingtalk_url(url, key, int(at * 1000)), dingtalk_body(message), _JSON)
            case _:
                said = await self._calling.post(url, robot_body(message), _JSON)
        return robot_meaning(said.json()) if isinstance(said, Said) else said


def end_point_gateways(
    endpoints: Aggregates[Endpoint], sealing: Sealing, calling: Calling, clock: Clock, long_tail: LongTail | None = None
) -> Mapping[Way, Gateway]:
    """The gateways of all ways to end points."""
    others = long_tail or LongTail(5.0)
    return {way: EndPointGateway(way, endpoints, sealing, calling, others, clock) for way in sorted(TO_END_POINTS)}


def webhook_body(message: Outgoing) -> bytes:
    """The JSON body of a webhook: the words that a resident would read, without any person's name or id."""
    return orjson.dumps(
        {
            "id": message.id,
            "kind": message.kind,
            "community": message.community,
            "language": message.language,
            "subject": message.words.subject,
            "body": message.words.body,
        }
    )


def signed(key: str, body: bytes, id: str, at: int) -> dict[str, str]:
    """The headers of a try at a webhook, signed with the time `at` (seconds since 1970). An older end point without a
    key gets no signature: anybody could make one with an empty key."""
    if not key:
        return {**_JSON, "X-Community-Delivery": id}
    mark = hmac.digest(key.encode(), f"{at}.".encode() + body, "sha256").hex()
    return {**_JSON, "X-Community-Delivery": id, "X-Community-Signature": f"t={at},v1={mark}"}
