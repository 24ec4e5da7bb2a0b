"""Who stands behind a case or a wish of somebody else: one person, one thing, once."""

from services.contracts.event import Event
from services.contracts.marks import Code, Id, Internal, PersonId, Public
from services.contracts.topics import ISSUES


class SupportGiven(Event, type="cn.community.issues.support.given.v1", topic=ISSUES):
    """Somebody is affected by a case too, or supports a wish. `of`: case or wish; `subject`: which.

    They want to hear what becomes of it, as its reporter or proposer does. How many they are says the subject itself.
    `own`: they said so themselves, not staff for them.
    """

    subject: Public[Id]
    of: Public[Code]
    person: Public[PersonId]
    own: Public[bool | None] = None
    by: Internal[PersonId]


class SupportWithdrawn(Event, type="cn.community.issues.support.withdrawn.v1", topic=ISSUES):
    """Somebody is no longer affected by a case, or no longer supports a wish."""

    subject: Public[Id]
    of: Public[Code]
    person: Public[PersonId]
    by: Internal[PersonId]


class SupportAnonymised(Event, type="cn.community.issues.support.anonymised.v1", topic=ISSUES):
    """The person of a support was erased from it; the support goes on counting."""

    subject: Public[Id]
    of: Public[Code]
