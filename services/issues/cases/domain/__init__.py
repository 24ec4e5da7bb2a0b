"""The rules of cases: pure, without I/O and without a clock of their own."""
