"""The rules of persons."""
