"""How templates are kept: one document for each community and kind."""

from collections.abc import Mapping, Sequence
from typing import Any

from services.chassis.aggregate import derived_id
from services.chassis.store.aggregates import Kind
from services.chassis.store.mongo import ASCENDING, IndexModel
from services.contracts.topics import NOTICES
from services.notify.templates.domain.template import NoticeTemplate

TEMPLATE = Kind("notice-template", "notice_templates", NoticeTemplate, NOTICES, None, zh="模板", en="template")
KINDS: tuple[Kind[Any], ...] = (TEMPLATE,)
INDEXES: Mapping[str, Sequence[IndexModel]] = {
    TEMPLATE.collection: [IndexModel([("state.community", ASCENDING)], name="community")]
}


def template_id(community: str, kind: str) -> str:
    """The id of the text of `kind` in `community`."""
    return derived_id("notice-template", community, kind)
