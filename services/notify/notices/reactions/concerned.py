"""The people whom an event concerns."""

from collections.abc import Iterable

from services.chassis.subscriber.handlers import E, Received
from services.contracts.notices import NoticeKind
from services.notify.knowledge.store import Knowledge
from services.notify.notices.domain.particulars import Particulars
from services.notify.notices.telling import Telling


async def tell_all(
    telling: Telling,
    knowledge: Knowledge,
    received: Received[E],
    first: str | None,
    kind: NoticeKind,
    about: Particulars,
) -> None:
    """Tell `first`, who reported a case or proposed a wish, and all who stand behind it."""
    envelope = received.envelope
    people = await knowledge.concerned(envelope.aggregate_id, first=first, at=envelope.time)
    await telling.tell_each(received, people, kind, about)


async def counting_on(knowledge: Knowledge, received: Received[E]) -> tuple[Iterable[str], Iterable[str]]:
    """The people with a seat at an activity, and all who count on it: seated, waiting or volunteering, each once."""
    activity, sequence = received.envelope.aggregate_id, received.envelope.sequence
    participants = await knowledge.participants(activity, sequence)
    volunteers = await knowledge.volunteers(activity, sequence)
    seated = [participant.person for participant in participants if participant.seated]
    return seated, dict.fromkeys([*(participant.person for participant in participants), *volunteers])
