"""The words of people for the fields of a walk's records, for refusals that name a field."""

from collections.abc import Mapping, Sequence

from services.chassis.words import Worded

_WORDS: Mapping[str, tuple[str, str]] = {
    "id": ("编号", "id"),
    "building": ("楼栋", "building"),
    "floor": ("楼层", "floor"),
    "visited_at": ("走访时间", "time of the visit"),
    "findings": ("问题列表", "list of findings"),
    "category": ("问题类别", "category"),
    "title": ("标题", "title"),
    "note": ("说明", "note"),
    "spot": ("具体位置", "spot"),
    "at": ("所在地点", "exact place"),
    "answers": ("问题的回答", "answers"),
    "fixed": ("是否已现场解决", "mark whether it was put right"),
    "before": ("整改前照片", "photos taken before"),
    "after": ("整改后照片", "photos taken afterwards"),
}
"""Each field of a visit and of a finding."""


def is_known(name: str) -> bool:
    """Whether a record has a field of this name. A name that no record has may be anything, and is not repeated in a
    refusal."""
    return name in _WORDS


def field_named(where: Sequence[int | str]) -> Worded:
    """The field at the path `where` of known names and positions, as a path and in words. An empty path names no field
    of ours."""
    names = [part for part in where if isinstance(part, str)]
    if not names:
        return Worded("unknown field", "某一项（无法识别的字段）", "a field that nobody knows")
    zh, en = _WORDS[names[-1]]
    if len(names) > 1 and len(where) > 1 and isinstance(where[1], int):
        zh, en = f"第 {where[1] + 1} 个问题的{zh}", f"the {en} of finding {where[1] + 1}"
    elif names[-1] == "findings" and len(where) > 1:
        zh, en = f"第 {int(where[1]) + 1} 个问题", f"finding {int(where[1]) + 1}"
    else:
        en = f"the {en}"
    return Worded(".".join(map(str, where)), zh, en)
