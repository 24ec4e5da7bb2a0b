"""The tree of places of a community, its layout, grid codes and stickers."""
