"""The words that mean the same to a community: who searches for one finds the others.

- `residential`: the words that a community begins with; `vocabularies`: what is in force in each, cached.
"""
