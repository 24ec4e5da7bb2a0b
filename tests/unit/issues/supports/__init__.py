"""Tests of supports."""
