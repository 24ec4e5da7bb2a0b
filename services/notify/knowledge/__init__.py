"""Knowledge: what notify remembers of the facts of other services, so that a notice can name what it speaks of.

`names` holds the names that no fact carries, `venues` reads what the committee calls its venues,
`units` what its units are called.
"""
