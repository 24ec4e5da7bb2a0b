"""The table of offers: each row leads where it says, and nothing else is allowed."""

from typing import Any

import pytest

from services.volunteers.needs.domain.offers import TABLE, Offer, OfferCommand, OfferNotNow, OfferStatus, target
from tests.unit.volunteers.world import NOW

OLD = {"offered", "accepted", "fulfilled", "declined", "expired", "withdrawn", "released", "taken-off"}
"""The words that a version before there were stages reads."""

ALLOWED = {(row.source, row.command) for row in TABLE}


@pytest.mark.parametrize("row", TABLE, ids=lambda row: f"{row.source}-{row.command}")
def test_each_row_leads_where_it_says(row: Any) -> None:
    assert target(row.source, row.command) is row.target


@pytest.mark.parametrize(
    ("status", "command"),
    [(s, c) for s in OfferStatus for c in OfferCommand if (s, c) not in ALLOWED],
    ids=str,
)
def test_a_command_that_is_not_in_the_table_is_refused(status: Any, command: Any) -> None:
    with pytest.raises(OfferNotNow):
        target(status, command)


@pytest.mark.parametrize("status", OfferStatus)
def test_what_became_of_a_yes_is_kept_in_words_that_every_version_knows(status: OfferStatus) -> None:
    made = Offer(id="offer-1", person="ann", status=status, offered_at=NOW, expires_at=NOW)
    kept = made.model_dump()
    assert kept["status"] in OLD
    assert Offer.model_validate(kept) == made
