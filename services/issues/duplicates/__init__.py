"""Cases that may be the same: suggestions while somebody types, joining, merging, parents and children."""
