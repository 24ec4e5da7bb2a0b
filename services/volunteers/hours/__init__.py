"""Hours: the ledgers of the time that people gave, of coins of the time bank, and of points. `sheet` writes CSV."""
