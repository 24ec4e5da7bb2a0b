"""A mistake in a request is told in words that say what is expected instead."""

import pytest
from pydantic import BaseModel, ValidationError

from services.chassis.http.validation import faults
from services.contracts.marks import Code, Id


class _Asked(BaseModel):
    text: Code
    person: Id


def test_a_format_is_told_in_words() -> None:
    with pytest.raises(ValidationError) as wrong:
        _Asked(text="照片 v1", person="张三")
    zh, en = (faults(wrong.value.errors(), language) for language in ("zh", "en"))
    assert [each["detail"][:5] for each in zh] == ["应为代码：", "应为编号："]
    assert "no spaces" in en[0]["detail"]
    assert not any("照片" in each["detail"] for each in (*zh, *en))
