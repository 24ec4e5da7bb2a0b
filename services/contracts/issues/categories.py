"""The categories under which a community takes reports."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict

from services.contracts.event import Event, State
from services.contracts.issues.cases import Priority
from services.contracts.issues.places import UnitKind
from services.contracts.marks import Code, Internal, Masked, Office, OfficerId, Public
from services.contracts.topics import ISSUES


class GroupData(BaseModel):
    """The first level."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    code: Code
    zh: Office[Masked]
    en: Office[Masked]


class CategoryData(BaseModel):
    """The second level. `retired`: no new report is taken under it; old cases still name it."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    code: Code
    group: Code
    zh: Office[Masked]
    en: Office[Masked]
    unit_kind: UnitKind
    priority: Priority
    shown: bool = True
    retired: bool = False


class _Catalogue(BaseModel):
    edition: Public[int]
    groups: Public[list[GroupData]]
    categories: Public[list[CategoryData]]
    adopted_at: Public[datetime]


class CatalogueState(_Catalogue, State, type="cn.community.issues.catalogue.state.v1", topic=ISSUES):
    """One edition of a community's catalogue; it never changes. The highest `edition` is the one in force.

    A code keeps its meaning through all editions. `shown` False: cases of that category are not public.
    """


class CatalogueAdopted(
    _Catalogue, Event, type="cn.community.issues.catalogue.adopted.v1", topic=ISSUES, state=CatalogueState
):
    """A new edition is in force. Carries the whole state."""

    touched: Internal[list[Code]]
    by: Internal[OfficerId]
