"""A child as its guardian and staff see it."""

from pydantic import BaseModel

from services.chassis.store.aggregates import Stored
from services.events.children.domain import Child, Consent


class ChildView(BaseModel):
    """A child, its consents and who may pick it up."""

    id: str
    community: str
    version: int
    guardian: str
    label: str | None
    birth_year: int | None
    consent: str | None
    consents: tuple[Consent, ...]
    pickups: tuple[str, ...]

    @classmethod
    def of(cls, stored: Stored[Child]) -> "ChildView":
        shared = cls.model_fields.keys() - {"version", "pickups"}
        child = stored.aggregate
        return cls(
            version=stored.version,
            pickups=tuple(each.label for each in child.pickups),
            **{name: getattr(child, name) for name in shared},
        )
