"""Hours: the ledger of time that people gave, and the coins of the time bank. `sheet` writes the ledger as CSV."""
