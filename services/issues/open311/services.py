"""Discovery, the list of services, and the questions of each service. A service is a public category."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.chassis.http.language import Language
from services.issues.catalogue.domain.catalogue import Catalogue, Category
from services.issues.catalogue.domain.questions import LISTS, Question
from services.issues.open311.refusals import ServiceUnknown
from services.issues.open311.settings import Open311Settings

SPECIFICATION = "http://wiki.open311.org/GeoReport_v2"
CHANGESET = "2026-11-26T00:00:00Z"
"""The time at which the offer of the endpoint last changed."""
_KEY_SERVICE = "An operator of the community gives out keys: POST /api/issues/v1/open311/keys."
_FORMATS = ["text/xml", "application/json"]
REALTIME, BATCH, BLACKBOX = "realtime", "batch", "blackbox"


BASE = "/api/issues/open311/v2"


@dataclass(frozen=True, slots=True)
class Offer:
    """The data by which the endpoint describes itself. `types` gives the type of each category whose service is not
    realtime."""

    url: str
    contact: str
    production: bool
    types: Mapping[str, str]

    @classmethod
    def of(cls, settings: Open311Settings) -> "Offer":
        """The offer that `settings` make."""
        return cls(
            url=settings.public_url.rstrip("/") + BASE,
            contact=settings.open311_contact or settings.public_url,
            production=settings.environment == "production",
            types=dict.fromkeys(settings.open311_batch, BATCH) | dict.fromkeys(settings.open311_blackbox, BLACKBOX),
        )


def discovery(offer: Offer) -> dict[str, Any]:
    """The discovery document: the addresses and formats of the endpoint."""
    endpoint = {
        "specification": SPECIFICATION,
        "url": offer.url,
        "changeset": CHANGESET,
        "type": "production" if offer.production else "test",
        "formats": _FORMATS,
    }
    return {
        "changeset": CHANGESET,
        "contact": offer.contact,
        "key_service": _KEY_SERVICE,
        "endpoints": [endpoint],
    }


def public_category(catalogue: Catalogue, code: str) -> Category:
    """The category whose service is `code`.

    Raises:
        ServiceUnknown: there is no such category, or it is not public.
    """
    for category in catalogue.categories:
        if category.code == code and category.public:
            return category
    raise ServiceUnknown()


def services(catalogue: Catalogue, offer: Offer, language: Language) -> list[dict[str, Any]]:
    """The list of services, one for each public category."""
    groups = {group.code: group for group in catalogue.groups}
    return [
        {
            "service_code": category.code,
            "service_name": _said(category, language),
            "description": category.filing_zh if language == "zh" else category.filing_en,
            "metadata": bool(category.questions),
            "type": offer.types.get(category.code, REALTIME),
            "keywords": ", ".join(dict.fromkeys((category.zh, category.en, category.group))),
            "group": _said(groups[category.group], language) if category.group in groups else category.group,
        }
        for category in catalogue.categories
        if category.public
    ]


def definition(category: Category, language: Language) -> dict[str, Any]:
    """The definition of the service of `category`, with its questions."""
    attributes = [_attribute(question, order, language) for order, question in enumerate(category.questions, 1)]
    return {"service_code": category.code, "attributes": attributes}


def _attribute(question: Question, order: int, language: Language) -> dict[str, Any]:
    asked = {
        "variable": True,
        "code": question.code,
        "datatype": question.kind.value,
        "required": question.required,
        "datatype_description": None,
        "order": order,
        "description": _said(question, language),
    }
    if question.kind not in LISTS:
        return asked
    return {**asked, "values": [{"key": each.code, "name": _said(each, language)} for each in question.choices]}


def _said(named: Any, language: Language) -> str:
    text: str = named.zh if language == "zh" else named.en
    return text
