"""The rules of the house as small checks, each shown to catch what it forbids."""
