"""The rules of hours: the ledger of what people gave, the stars that it earns, and the coins of the time bank."""
