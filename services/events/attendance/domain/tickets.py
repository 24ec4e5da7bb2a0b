"""The code that a registrant shows on their phone: signed, personal, and good for some minutes.

It names nobody: a reference stands in it that only this activity's seed leads back to a party. Whoever photographs it
can use it no longer than it lives, and no other activity takes it.
"""

import hashlib
import hmac
from datetime import UTC, datetime, timedelta

from services.chassis.errors import Conflict
from services.events.activities.domain.activity import Activity
from services.events.activities.domain.parties import Party

LIVES = timedelta(minutes=10)
_PREFIX = "SC1"
_CHARACTERS = 16


class TicketNotTaken(
    Conflict,
    code="activity.ticket-not-taken",
    zh="签到二维码无效或已过期，请刷新后重试。",
    en="The code is not right or has run out; show a fresh one.",
):
    """The ticket was altered, is of another activity, has run out, or its party has left."""


def ticket(activity: Activity, party: Party, now: datetime) -> tuple[str, datetime]:
    """The code for `party` to show now, and until when it is good."""
    until = now.replace(microsecond=0) + LIVES
    body = f"{_PREFIX}.{activity.id}.{reference(activity, party.person)}.{int(until.timestamp())}"
    return f"{body}.{_digest(activity, body)}", until


def holder(activity: Activity, code: str, seen_at: datetime) -> Party:
    """The party whose code was seen at `seen_at`. The seated are asked in one order, whatever is wrong with the code.

    Raises:
        TicketNotTaken
    """
    body, _, signature = code.rpartition(".")
    is_ours = hmac.compare_digest(signature.encode("utf-8", "surrogatepass"), _digest(activity, body).encode())
    prefix, _, rest = body.partition(".")
    id, _, rest = rest.partition(".")
    referred, _, until = rest.partition(".")
    if not is_ours or prefix != _PREFIX or id != activity.id or not until.isascii() or not until.isdigit():
        raise TicketNotTaken()
    if seen_at > datetime.fromtimestamp(int(until), UTC):
        raise TicketNotTaken()
    party = next((p for p in activity.seated if reference(activity, p.person) == referred), None)
    if party is None:
        raise TicketNotTaken()
    return party


def reference(activity: Activity, person: str) -> str:
    """The reference to `person` in codes of `activity`, by which a phone without a connection finds the party on its
    list."""
    return _digest(activity, f"reference {person}")


def _digest(activity: Activity, text: str) -> str:
    keyed = hmac.new(activity.check_in_code.encode(), text.encode("utf-8", "surrogatepass"), hashlib.sha256)
    return keyed.hexdigest()[:_CHARACTERS]
