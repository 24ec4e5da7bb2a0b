"""The rules of teams, of hobby (a choir) and of service (帮帮团). Leaders are public, members are not."""
