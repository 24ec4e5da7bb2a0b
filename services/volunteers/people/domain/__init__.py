"""The rules of volunteers: what they claim, what staff verify, and the time of theirs that is held for offers."""
