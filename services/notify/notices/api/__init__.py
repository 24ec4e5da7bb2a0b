"""The gateway of notify: persons about themselves, their inbox, and who was told what."""

from fastapi import APIRouter

from services.chassis.store.aggregates import Aggregates
from services.notify.notices.api import inbox, why
from services.notify.notices.domain.notice import Notice
from services.notify.notices.wording import Wording
from services.notify.persons import api
from services.notify.persons.belonging import Memberships
from services.notify.persons.domain.person import Person


def routers(
    notices: Aggregates[Notice], everybody: Aggregates[Person], memberships: Memberships, wording: Wording
) -> list[APIRouter]:
    """All routes but the board's."""
    return [api.router(everybody, memberships), inbox.router(notices, wording), why.router(notices)]
