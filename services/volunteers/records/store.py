"""The kinds, indexes and queries of records and certificates."""

from collections.abc import Mapping, Sequence
from typing import Any

from services.chassis.store.aggregates import Kind
from services.chassis.store.mongo import IndexModel
from services.contracts.topics import VOLUNTEERS
from services.contracts.volunteers import CertificateState, RecordState
from services.volunteers.records import numbers
from services.volunteers.records.domain.certificate import ServiceCertificate
from services.volunteers.records.domain.record import Record
from services.volunteers.shared.queries import found_by, listed_by

RECORD = Kind(
    name="record",
    collection="records",
    model=Record,
    topic=VOLUNTEERS,
    state=RecordState,
    zh="志愿服务记录",
    en="record",
)
CERTIFICATE = Kind(
    name="certificate",
    collection="certificates",
    model=ServiceCertificate,
    topic=VOLUNTEERS,
    state=CertificateState,
    zh="志愿服务记录证明",
    en="certificate",
)
KINDS = (RECORD, CERTIFICATE)

INDEXES: Mapping[str, Sequence[IndexModel]] = {
    RECORD.collection: [found_by("person")],
    CERTIFICATE.collection: [
        listed_by("community"),
        listed_by("community", "status"),
        listed_by("community", "person"),
        found_by("person"),
        found_by("code", unique=True, partialFilterExpression={"state.code": {"$type": "string"}}),
    ],
    numbers.COLLECTION: numbers.INDEXES,
}


def coded(code: str) -> dict[str, Any]:
    """The query for the certificate with the code `code`."""
    return {"state.code": {"$eq": code, "$type": "string"}, "state.erased": False}
