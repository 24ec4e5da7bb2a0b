"""Trial recipients: addresses that are answered in the house, so that operators can try everything without sending.

`delivered@trial.invalid`, `refused@…`, `later@…` and `unknown@…` are answered as they say; so are `+99900000001` to
`+99900000004`, and the WeCom members `trial.delivered` and so on. No real address can be one of them.
"""

from services.notify.channels.gateways import Accepted, Answer, Gateway, Later, Outgoing, Rate, Refused, Unknown

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
    """A gateway that answers trial recipients itself, and hands everybody else on."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self.rates: tuple[Rate, ...] = gateway.rates
        self.rates_each: tuple[Rate, ...] = gateway.rates_each

    def account(self, address: str) -> str:
        """The account whose limits count; a trial counts for none."""
        return "trial" if trial_answer(address) is not None else self._gateway.account(address)

    async def send(self, message: Outgoing) -> Answer:
        """Hand a message over, as `Gateway` says."""
        answer = trial_answer(message.address)
        return await self._gateway.send(message) if answer is None else answer
