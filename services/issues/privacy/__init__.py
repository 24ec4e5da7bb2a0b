"""Privacy: contacts are sealed with a key of each person, and the keys can be destroyed.

- `sealing`: seals and opens; `vault`: the keys, and the secret behind aliases.
"""
