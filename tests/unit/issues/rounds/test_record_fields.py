"""Fields of a walk's records are called in refusals what people call them."""

import re

from services.issues.rounds.domain.record_fields import field_named, is_known
from services.issues.rounds.domain.visits import FoundHere, RecordVisit
from services.issues.rounds.walks import MalformedVisit

CODE = re.compile(r"[a-z]{2,}")


def test_a_record_of_a_walk_is_refused_by_what_people_call_its_fields() -> None:
    for model, before in ((RecordVisit, ()), (FoundHere, ("findings", 2))):
        for name in model.model_fields:
            assert is_known(name)
            refusal = MalformedVisit(index=0, record=1, field=field_named((*before, name)))
            assert not CODE.search(refusal.sentence("zh")), refusal.sentence("zh")
            assert refusal.params["field"] == ".".join(map(str, (*before, name)))
    finding = MalformedVisit(index=4, record=5, field=field_named(("findings", 2, "category")))
    assert finding.sentence("zh") == "第 5 条记录有误：第 3 个问题的问题类别。"
    assert finding.sentence("en") == "In record 5, the category of finding 3 is wrong."
    assert not CODE.search(MalformedVisit(index=0, record=1, field=field_named(())).sentence("zh"))
    assert field_named(("findings", 0)).zh == "第 1 个问题"
