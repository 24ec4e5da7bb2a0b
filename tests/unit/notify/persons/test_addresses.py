"""Which texts are addresses, and how many codes leave in a day."""

import pytest
from pydantic import ValidationError

from services.notify.persons.domain.addresses import CODES_A_DAY, DAY, Addresses, next_code
from tests.unit.notify.given import HOUR, NOW


@pytest.mark.parametrize(
    "wrong",
    [
        {"email": "a@b\r\nBcc: everybody@example.org"},
        {"email": "no at sign"},
        {"email": "a@b"},
        {"email": f"{'a' * 250}@example.org"},
        {"phone": "call me"},
        {"phone": "1" * 40},
    ],
)
def test_other_texts_are_no_addresses(wrong: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        Addresses.model_validate(wrong)


def test_a_day_has_few_codes_and_the_next_waits_for_the_first_of_them_to_be_a_day_old() -> None:
    sent = tuple(NOW + n * HOUR for n in range(CODES_A_DAY))
    later = sent[-1]
    assert next_code(sent[:-1], later) == later
    assert next_code(sent, later) == NOW + DAY
    assert next_code(sent, NOW + DAY) == NOW + DAY
    assert next_code(sent, NOW + 3 * DAY) == NOW + 3 * DAY
