"""The rules of rounds (巡查): visits, figures, and plans that recur."""
