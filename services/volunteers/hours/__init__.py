"""Hours: the ledger of what each person has given."""
