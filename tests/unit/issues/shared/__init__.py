"""Tests of values and helpers that every room of issues may use."""
