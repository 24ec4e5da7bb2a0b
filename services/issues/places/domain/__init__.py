"""The rules of places: the tree, the layout of buildings, grid codes, and the datums of maps."""
