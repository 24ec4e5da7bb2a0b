"""Contacts: what one may be, what is never shown of it, and whose it must be where the reporter is a child."""

import pytest
from pydantic import ValidationError

from services.issues.privacy.domain.contact import Contact, GuardianMustAgree, Sealed, require_guardian

OWN = Contact(name="某某", phone="138 1234 5678")
GUARDIANS = Contact(phone="13812345678", relation="guardian")


def test_a_childs_contact_is_a_guardians_who_has_agreed() -> None:
    require_guardian(True, GUARDIANS, True)
    require_guardian(True, None, False)
    require_guardian(False, OWN, False)
    for contact, consent in ((GUARDIANS, False), (OWN, True), (OWN, False)):
        with pytest.raises(GuardianMustAgree):
            require_guardian(True, contact, consent)


@pytest.mark.parametrize(
    "fields",
    [
        {"phone": "１３８１２３４５６７８"},
        {"phone": "1234"},
        {"phone": "call me"},
        {"email": "nobody"},
        {"email": "a b@example.org"},
        {"name": "x" * 61},
        {"relation": "friend"},
        {"address": "9-1801"},
    ],
)
def test_what_is_no_contact_is_refused(fields: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        Contact.model_validate(fields)


def test_neither_a_contact_nor_its_box_is_shown_where_it_is_written_down() -> None:
    assert "1381234" not in repr(GUARDIANS)
    assert "某某" not in repr(OWN)
    assert "secret" not in repr(Sealed(key="key-1", box="secret"))
