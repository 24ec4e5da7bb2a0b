"""Series: plans that recur; each of their dates becomes an activity."""
