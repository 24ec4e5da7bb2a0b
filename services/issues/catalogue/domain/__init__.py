"""The rules of catalogues: categories, the questions that they ask, and editions."""
