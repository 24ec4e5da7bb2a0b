"""The catalogue of case categories: data, with a version, read by the rules and by nothing else.

`hours` is the time from dispatch to handling; `evidence` says that handling needs a photo taken afterwards.
A code is never given another meaning; what is no longer wanted is left out of a later version.
"""

from dataclasses import dataclass

from services.chassis.errors import Invalid
from services.contracts.issues import Priority, UnitKind


class UnknownCategory(
    Invalid, code="category.unknown", zh="没有“{category}”这一问题类别。", en="There is no category {category}."
):
    """The catalogue has no such code."""


@dataclass(frozen=True, slots=True)
class Category:
    """One kind of problem, and what the committee promises about it."""

    code: str
    zh: str
    en: str
    unit_kind: UnitKind
    priority: Priority
    hours: int
    evidence: bool


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All categories of one version."""

    version: str
    categories: tuple[Category, ...]

    def category(self, code: str) -> Category:
        """The category `code`.

        Raises:
            UnknownCategory: there is none.
        """
        for category in self.categories:
            if category.code == code:
                return category
        raise UnknownCategory(category=code)


CATALOGUE = Catalogue(
    version="1",
    categories=(
        Category("lighting", "公共照明", "Public lighting", UnitKind.PROPERTY, Priority.HIGH, 24, True),
        Category("wall", "墙砖墙面", "Walls and tiles", UnitKind.PROPERTY, Priority.NORMAL, 72, True),
        Category("lift", "电梯故障", "Lift out of order", UnitKind.PROPERTY, Priority.URGENT, 4, True),
        Category("pipe", "管道漏水", "Leaking pipe", UnitKind.PROPERTY, Priority.URGENT, 4, True),
        Category("fire-exit", "消防通道堵塞", "Blocked fire exit", UnitKind.PROPERTY, Priority.URGENT, 4, True),
        Category("fire-kit", "消防设施损坏", "Damaged fire equipment", UnitKind.PROPERTY, Priority.HIGH, 24, True),
        Category("charging", "电动车进楼充电", "E-bikes charged indoors", UnitKind.PROPERTY, Priority.URGENT, 4, True),
        Category("door", "单元门与门禁", "Entrance door and lock", UnitKind.PROPERTY, Priority.NORMAL, 48, True),
        Category("waste", "垃圾堆放", "Dumped waste", UnitKind.PROPERTY, Priority.NORMAL, 12, True),
        Category("greenery", "绿化养护", "Trees and lawns", UnitKind.PROPERTY, Priority.LOW, 120, True),
        Category("parking", "车辆乱停", "Wrong parking", UnitKind.STREET, Priority.NORMAL, 48, True),
        Category("noise", "噪声扰民", "Noise", UnitKind.STREET, Priority.NORMAL, 48, False),
        Category("access", "适老与无障碍", "Access for the elderly", UnitKind.ELDER_CARE, Priority.NORMAL, 120, True),
        Category("other", "其他", "Other", UnitKind.COMMITTEE, Priority.NORMAL, 72, False),
    ),
)
