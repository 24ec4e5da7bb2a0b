"""The rules of volunteers: what they say of themselves, what staff vouch for, and the time that is held for them."""
