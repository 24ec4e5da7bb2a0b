"""What people call the kinds of activities, where they stand, and what they offer to people who need it."""

from collections.abc import Mapping

from pydantic import BaseModel

from services.chassis.http.language import Language
from services.contracts.activities import Accessibility, ActivityKind, ActivityStatus, Admits


class Name(BaseModel):
    """A name in both languages; without an English one, the Chinese one is shown."""

    zh: str
    en: str | None = None

    def in_(self, language: Language) -> str:
        """The name in `language`."""
        return self.zh if language == "zh" else self.en or self.zh


def both(name: Name | None) -> str | None:
    """The name for readers of either language: `议事厅 Hall`."""
    if name is None or name.en is None:
        return None if name is None else name.zh
    return f"{name.zh} {name.en}"


KINDS: Mapping[ActivityKind, Name] = {
    ActivityKind.CLASS: Name(zh="课堂", en="Class"),
    ActivityKind.CLINIC: Name(zh="义诊", en="Clinic"),
    ActivityKind.FESTIVAL: Name(zh="文化活动", en="Festival"),
    ActivityKind.REHEARSAL: Name(zh="排练", en="Rehearsal"),
    ActivityKind.SERVICE: Name(zh="便民服务", en="Service"),
}
STATUSES: Mapping[ActivityStatus, Name] = {
    ActivityStatus.SCHEDULED: Name(zh="已安排", en="Scheduled"),
    ActivityStatus.COMPLETED: Name(zh="已结束", en="Over"),
    ActivityStatus.CANCELLED: Name(zh="已取消", en="Cancelled"),
}
ADMITS: Mapping[Admits, Name] = {
    Admits.EVERYBODY: Name(zh="不限性别", en="Everybody"),
    Admits.WOMEN: Name(zh="限女性", en="Women only"),
    Admits.MEN: Name(zh="限男性", en="Men only"),
}
ACCESS: Mapping[Accessibility, Name] = {
    Accessibility.WHEELCHAIR: Name(zh="轮椅可达", en="Wheelchair access"),
    Accessibility.ACCESSIBLE_TOILET: Name(zh="无障碍卫生间", en="Accessible toilet"),
    Accessibility.LIFT: Name(zh="有电梯", en="Lift"),
    Accessibility.HEARING_LOOP: Name(zh="助听感应线圈", en="Hearing loop"),
    Accessibility.SIGN_LANGUAGE: Name(zh="手语翻译", en="Sign language"),
    Accessibility.LARGE_PRINT: Name(zh="大字资料", en="Large print"),
    Accessibility.QUIET_ROOM: Name(zh="安静休息室", en="Quiet room"),
    Accessibility.ASSISTANCE_DOG: Name(zh="可携带导盲犬", en="Assistance dogs welcome"),
}
