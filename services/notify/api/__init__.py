"""The gateway of notify: persons about themselves, their inbox, and who was told what."""

from fastapi import APIRouter

from services.chassis.store.aggregates import Aggregates
from services.notify.api import inbox, persons, why
from services.notify.belonging import Memberships
from services.notify.domain.notice import Notice
from services.notify.domain.person import Person
from services.notify.wording import Wording


def routers(
    notices: Aggregates[Notice], everybody: Aggregates[Person], memberships: Memberships, wording: Wording
) -> list[APIRouter]:
    """All routes but the board's."""
    return [persons.router(everybody, memberships), inbox.router(notices, wording), why.router(notices)]
