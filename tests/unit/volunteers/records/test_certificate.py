"""Certificates: posted first, issued by somebody else with what stands then, revoked and never changed."""

from datetime import timedelta

import pytest

from services.chassis.errors import NotYours
from services.contracts.volunteers import CertificateStatus, Origin
from services.volunteers.hours.domain.ledger import Account, Correct, Service, correct, credit, new_account
from services.volunteers.records.checking_page import masked, page_about
from services.volunteers.records.domain.certificate import (
    Ask,
    Because,
    Issue,
    Issuer,
    NothingToCertify,
    NotIdentified,
    NotThisStatus,
    ServiceCertificate,
    StillPosted,
    ask,
    certified,
    erase,
    issue,
    refuse,
    revoke,
)
from services.volunteers.records.domain.record import (
    DocumentKind,
    Enter,
    Identify,
    Identity,
    OwnRecord,
    Part,
    Record,
    enter,
    give_up,
    identify,
    new_record,
    take_over,
)
from services.volunteers.records.possible import possible
from tests.unit.volunteers.decisions import assert_folds
from tests.unit.volunteers.world import DAY, HERE, NOW, STAFF, person

LATER = NOW + 8 * DAY
ISSUE = Issue(issuer=Issuer(name="都市阳光社区居民委员会", head="王主任", handler="小李", contact="021-55550000"))
IDENTITY = Identity(name="安娜", document=DocumentKind.PASSPORT, document_number="E12345678")


def _account(*minutes: int) -> Account:
    account = new_account(HERE, "ann")
    for nth, each in enumerate(minutes):
        service = Service(source=Origin.DIRECT, need=f"need-{nth}", minutes=each, on=(NOW + nth * DAY).date())
        account = credit(account, service, NOW).aggregate
    return account


def _record() -> Record:
    body = Identify(community=HERE, person="ann", identity=IDENTITY)
    return identify(new_record(HERE, "ann"), body, STAFF).aggregate


def _asked(account: Account) -> ServiceCertificate:
    return ask("certificate-1", Ask(community=HERE), account, person("ann"), NOW).aggregate


def _issued(account: Account) -> ServiceCertificate:
    asked = _asked(account)
    return issue(asked, ISSUE, account, _record(), "ZYFW-2024-000001", "CODE", STAFF, LATER).aggregate


def test_a_certificate_is_posted_for_a_week_and_issued_by_somebody_else_of_the_staff() -> None:
    account = _account(20, 20, 20)
    with pytest.raises(NothingToCertify):
        ask("certificate-1", Ask(community=HERE), _account(), person("ann"), NOW)
    with pytest.raises(NotYours):
        ask("certificate-1", Ask(community=HERE), account, person("bob"), NOW)
    asked = _asked(account)
    with pytest.raises(StillPosted, match="until 2024-02-05 09:00,"):
        issue(asked, ISSUE, account, _record(), "n", "c", STAFF, NOW + 7 * DAY - timedelta(milliseconds=1))
    with pytest.raises(NotYours):
        issue(asked, ISSUE, account, _record(), "n", "c", person("ann"), LATER)
    with pytest.raises(NotIdentified):
        issue(asked, ISSUE, account, new_record(HERE, "ann"), "n", "c", STAFF, LATER)
    own = asked.model_copy(update={"person": STAFF.sub})
    with pytest.raises(OwnRecord):
        issue(own, ISSUE, account, _record(), "n", "c", STAFF, LATER)
    decision = issue(asked, ISSUE, account, _record(), "ZYFW-2024-000001", "CODE", STAFF, LATER)
    assert_folds(asked, decision)
    assert (decision.aggregate.minutes, len(decision.aggregate.services)) == (60, 3)
    with pytest.raises(NotThisStatus):
        issue(decision.aggregate, ISSUE, account, _record(), "n", "c", STAFF, LATER)
    with pytest.raises(NotThisStatus):
        refuse(decision.aggregate, Because(reason="有异议"), STAFF, LATER)


def test_an_issued_certificate_stays_as_it_was_and_is_revoked_once() -> None:
    account = _account(60, 60)
    issued = _issued(account)
    body = Correct(entry=account.entries[0].id, minutes=0, reason="未到场")
    corrected = correct(account, body, STAFF, LATER).aggregate
    assert (issued.minutes, corrected.minutes) == (120, 60)
    assert [each.minutes for each in certified(corrected, None, None)] == [60]
    with pytest.raises(NotThisStatus):
        revoke(_asked(account), Because(reason="有误"), STAFF, LATER)
    revoked = revoke(issued, Because(reason="记录有误"), STAFF, LATER)
    assert_folds(issued, revoked)
    assert "已撤销" in page_about(revoked.aggregate)
    with pytest.raises(NotThisStatus):
        revoke(revoked.aggregate, Because(reason="有误"), STAFF, LATER)


def test_days_limit_what_is_certified() -> None:
    account = _account(10, 20, 40)
    first, last = NOW.date(), (NOW + DAY).date()
    assert sum(each.minutes for each in certified(account, first, last)) == 30
    assert sum(each.minutes for each in certified(account, last, None)) == 60


def test_the_page_tells_of_the_holder_their_first_character_alone() -> None:
    shown = page_about(_issued(_account(60)))
    assert masked("安娜") == "安＊"
    assert "安＊" in shown
    assert "安娜" not in shown
    assert "E12345678" not in shown
    assert "1.00 小时" in shown
    assert "No such" in page_about(None)


def test_erasing_leaves_a_number_and_nothing_else() -> None:
    erased = erase(_issued(_account(60)), "gone-1").aggregate
    assert (erased.public(), erased.number, erased.code, erased.status) == (
        None,
        "ZYFW-2024-000001",
        None,
        CertificateStatus.ISSUED,
    )
    assert "安娜" not in erased.model_dump_json()
    assert "ann" not in erased.model_dump_json()


def test_what_one_can_do_with_a_certificate_is_what_is_not_refused() -> None:
    account = _account(60)
    asked = _asked(account)
    assert possible(asked, STAFF, NOW) == ["refuse"]
    assert possible(asked, STAFF, LATER) == ["issue", "refuse"]
    assert possible(asked, person("ann"), LATER) == []
    issued = issue(asked, ISSUE, account, _record(), "2024-1", "CODE", STAFF, LATER).aggregate
    assert possible(issued, STAFF, LATER) == ["revoke", "pdf"]
    assert possible(issued, person("ann"), LATER) == ["pdf"]


def test_a_record_follows_the_other_record_of_the_same_person_and_nothing_stays_behind() -> None:
    entered = Enter(community=HERE, person="ann", part=Part.TRAINING, title="急救", on=NOW.date())
    old = enter(_record(), entered, "entry-1", STAFF, NOW).aggregate
    taken = take_over(new_record(HERE, "ann-2"), old)
    assert_folds(None, taken)
    assert (taken.aggregate.identity, [each.id for each in taken.aggregate.entries]) == (IDENTITY, ["entry-1"])
    assert take_over(taken.aggregate, old).events == ()
    left = give_up(old, old)
    assert_folds(old, left)
    assert (left.aggregate.identity, left.aggregate.entries) == (None, ())
    assert give_up(left.aggregate, old).events == ()
    later = enter(old, entered, "entry-2", STAFF, NOW).aggregate
    assert [each.id for each in give_up(later, old).aggregate.entries] == ["entry-2"]
