"""The people and times of one small community."""

from datetime import UTC, datetime, timedelta

from services.chassis.principal import Principal, Role, member

NOW = datetime(2024, 1, 29, 1, 0, tzinfo=UTC)
"""A Monday, nine in the morning in Shanghai."""


HERE = "sunshine"


HOUR = timedelta(hours=1)


DAY = timedelta(days=1)


def person(sub: str, *roles: Role, community: str = HERE) -> Principal:
    return member(sub, community, *roles)


STAFF = person("staff-1", Role.STAFF)


ORGANISER = person("organiser-1", Role.ORGANISER)


STRANGER = person("stranger-1", *Role, community="elsewhere")
