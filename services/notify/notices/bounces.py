"""Notes on a person that mail to them came back, and tells them once, in the inbox, that their address is given up."""

from contextlib import suppress
from datetime import datetime

from services.chassis.aggregate import Decision, derived_id
from services.chassis.clock import Clock
from services.chassis.errors import AlreadyExists, PersonGone
from services.chassis.principal import SYSTEM
from services.chassis.store.aggregates import Aggregates, Cause
from services.contracts.notices import ERASED
from services.notify.channels.domain.mailboxes import Mailbox
from services.notify.notices.domain.notice import Draft, Notice, queue
from services.notify.notices.domain.planning import Planned
from services.notify.notices.store import Notices
from services.notify.persons.domain.bounces import Failure
from services.notify.persons.domain.person import Person, mail_came_back
from services.notify.routing.shipped import RULES
from services.notify.shared.values import Way

KIND = "address-bounced"
_BY = Cause(SYSTEM, "bounce")


class BouncedMail:
    """Keeps the record of returned mail on persons."""

    def __init__(self, notices: Aggregates[Notice], persons: Aggregates[Person], clock: Clock) -> None:
        self._notices = notices
        self._asked = Notices(notices)
        self._persons = persons
        self._clock = clock

    async def note(self, notice: Notice, mailbox: Mailbox) -> None:
        """The mail of `notice` came back, or was not taken. Done again, it changes nothing."""
        sent_at = notice.accepted_at or notice.claimed_at
        if notice.channel is not Way.EMAIL or notice.recipient == ERASED or sent_at is None:
            return
        if mailbox is Mailbox.UNBLAMED or await self._persons.find(notice.recipient) is None:
            return
        taken_at = None if mailbox is Mailbox.GONE else await self._asked.last_mailed(notice.recipient, sent_at)
        failure = Failure(notice=notice.id, sent_at=sent_at, at=self._clock())

        def noted(person: Person, _: datetime) -> Decision[Person]:
            return mail_came_back(person, failure, taken_at, gone=mailbox is Mailbox.GONE)

        person = (await self._persons.change(notice.recipient, noted, _BY)).aggregate
        if person.bounces.given_up_for == notice.id:
            await self._tell(notice)

    async def _tell(self, notice: Notice) -> None:
        rule = RULES[KIND]
        draft = Draft(
            community=notice.community,
            recipient=notice.recipient,
            kind=KIND,
            cause=derived_id("bounce", notice.id),
            about=notice.id,
            version=0,
            template=rule.template,
            sort=rule.sort,
            mandatory=rule.mandatory,
        )
        planned = Planned(Way.INBOX, self._clock())
        with suppress(AlreadyExists, PersonGone):  # they were told before, or are gone
            await self._notices.create(draft.id(Way.INBOX), lambda now: queue(draft, planned, now), _BY)
