"""A notice mentions what is known of its subject, and never a person."""

import pytest

from services.notify.knowledge.domain import ActivityKnown, CaseKnown, NeedKnown, WishKnown
from services.notify.notices.domain.particulars import Particulars, of_activity, of_case, of_need, of_wish
from tests.unit.notify.given import NOW


def test_a_notice_mentions_what_is_known() -> None:
    case = CaseKnown(title="灯", category_zh="照明", category_en="Lighting", reporter="a")
    assert of_case(case) == Particulars(title="灯", category_zh="照明", category_en="Lighting")
    assert of_wish(WishKnown(title="长椅", proposer="a")) == Particulars(title="长椅")
    assert of_need(NeedKnown(category="escort", starts_at=NOW)) == Particulars(work="escort", starts_at=NOW)
    activity = ActivityKnown(title="义诊", title_en="Clinic", starts_at=NOW, ends_at=NOW, venue="hall")
    told = Particulars(title="义诊", title_en="Clinic", starts_at=NOW, ends_at=NOW, venue="hall")
    assert of_activity(activity) == told


def test_a_particular_with_another_name_is_refused() -> None:
    with pytest.raises(TypeError):
        of_case(CaseKnown()).model_copy(update={"titel": "灯坏了"})  # tests are read as they are
