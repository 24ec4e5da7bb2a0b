"""Settings of every service: where their values come from, and the rules that they obey."""
