"""The rules of meal rounds: who carries a round, and what becomes of each stop."""
