"""Holds what routes look into that name places, categories, pictures and attachments."""

from dataclasses import dataclass

from services.issues.cases.evidence import Evidence
from services.issues.catalogue.store import Catalogues
from services.issues.places.domain.places import Place
from services.issues.shared.cache import AggregateCache
from services.issues.uploads.attachments import Attachments
from services.issues.uploads.photos import Photos


@dataclass(frozen=True, slots=True)
class Filing:
    """Looks up the things that a report names: its place, its category, its pictures and attachments."""

    places: AggregateCache[Place]
    catalogues: Catalogues
    photos: Photos
    attachments: Attachments
    evidence: Evidence
