"""Trial recipients: addresses that are answered by this service itself, so that operators can try everything without
sending.

`delivered@trial.invalid`, `refused@…`, `later@…` and `unknown@…` get the answer of their name; so do `+99900000001` to
`+99900000004`, and the WeCom members `trial.delivered` and so on. No real address can be one of them.
"""

from collections.abc import Sequence

from services.notify.channels.gateways import (
    Accepted,
    Answer,
    Gateway,
    Later,
    ManyAtOnce,
    Outgoing,
    Rate,
    Refused,
    Unknown,
)

_ANSWERS: dict[str, Answer] = {
    "delivered": Accepted("trial"),
    "refused": Refused("trial"),
    "later": Later(),
    "unknown": Unknown(),
}
_PHONES = dict(zip(("+99900000001", "+99900000002", "+99900000003", "+99900000004"), _ANSWERS.values(), strict=True))


def trial_answer(address: str) -> Answer | None:
    """The answer for a trial address; None for a real one."""
    if address.endswith("@trial.invalid"):
        return _ANSWERS.get(address.partition("@")[0], Accepted("trial"))
    if address.startswith("trial."):
        return _ANSWERS.get(address.removeprefix("trial."), Accepted("trial"))
    if address.startswith("+999"):
        return _PHONES.get(address, Accepted("trial"))
    return None


class Trying:
    """A gateway that answers for trial recipients itself, and hands all other messages to the real gateway."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self.rates: tuple[Rate, ...] = gateway.rates
        self.rates_each: tuple[Rate, ...] = gateway.rates_each

    def account(self, address: str) -> str:
        """The account whose limits count; a trial recipient has an account without limits."""
        return "trial" if trial_answer(address) is not None else self._gateway.account(address)

    async def send(self, message: Outgoing) -> Answer:
        """Hand a message over, as `Gateway.send` says."""
        answer = trial_answer(message.address)
        return await self._gateway.send(message) if answer is None else answer


class TryingMany(Trying):
    """The same, of a gateway that takes several messages in one call."""

    def __init__(self, gateway: ManyAtOnce) -> None:
        super().__init__(gateway)
        self._many = gateway
        self.at_once: int = gateway.at_once

    async def send_many(self, messages: Sequence[Outgoing]) -> Sequence[Answer]:
        """Hand messages of one account over, as `ManyAtOnce` says."""
        trials = [trial_answer(message.address) for message in messages]
        real = [message for message, trial in zip(messages, trials, strict=True) if trial is None]
        said = iter(await self._many.send_many(real) if real else ())
        return [next(said) if trial is None else trial for trial in trials]
