"""Tests of what the rooms of issues do together."""
